"""CredSSP over Negotiate over Kerberos, over MIT's KDC: `opensspi connect` and `opensspi serve`,
what the policies for NTLM and for delegation say then, and NTLM where there is no ticket."""

import unittest

from peers import mit_kdc
from peers.program import PeerError
from support import suite
from support.command import ACCEPTED, REFUSED, Command

PASSWORD = "Passw0rd!"
REALM = mit_kdc.REALM
NO_NTLM = "[ntlm]\nallowed = false\n"
PROVEN_ONLY = "[delegation]\nallow_fresh_ntlm_only = []\n"
RESPONSE = "TSRequest: NegTokenResp"  # one with AP-REQ, three in user-to-user
NOT_ALLOWED = 4  # exit status of `connect`: by policy


class CredSspKerberos(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing())
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder)
        cls.kdc.add_user("alice", PASSWORD)
        cls.kdc.modify("alice", "+requires_preauth")
        cls.kdc.add_service("TERMSRV/localhost")
        cls.enterClassContext(cls.kdc.serve())

    def start(self, policy="", *options, with_accounts=True):
        self.command = Command(suite.folder(self), policy)
        self.command.environment.update(self.kdc.environment)
        self.command.environment["KRB5RCACHENAME"] = f"file2:{self.folder}/replays"
        if with_accounts:
            self.command.add_account("alice", PASSWORD)
        self.server = self.enterContext(self.command.serve(*options))

    def refused(self, told, mechanism, status, reason):
        """What both sides say of a logon that was refused; `told` is log_on's."""
        logon, = self.server.new_logons()
        self.assertEqual(told[0], REFUSED, self.output)
        for side in (told[1], logon):
            self.assertEqual((side["status"], side["mechanism"]), (status, mechanism), side)
        self.assertEqual(logon["nt_status"], reason)

    def log_on(self, user, host="localhost", password=PASSWORD, options=()):
        """The client's exit status and object."""
        address = self.server.address.replace("127.0.0.1", host)
        status, answer, self.output = self.command.connect(address, user, password, *options)
        return status, answer

    def proven(self, user=f"alice@{REALM}", *options):
        status, answer = self.log_on(user, options=options)
        self.assertEqual(status, ACCEPTED, self.output)
        self.assertIn("Kerberos", answer["mechanism"])
        logon, = self.server.new_logons()
        self.assertTrue(logon["accepted"], logon)
        self.assertEqual(logon["mechanism"], answer["mechanism"])
        self.assertEqual(logon["user"], f"alice@{REALM}")

    def test_a_password_becomes_a_ticket(self):
        self.start()
        for user in (f"alice@{REALM}", f"{REALM}\\alice", "EXAMPLE\\alice"):
            with self.subTest(user):
                self.proven(user)

    def test_goes_where_only_proven_servers_may_have_it(self):
        self.start(PROVEN_ONLY)
        self.proven()
        status, answer = self.log_on("alice")
        self.assertEqual((status, answer["status"]), (NOT_ALLOWED, "SEC_E_POLICY_NLTM_ONLY"))

    def test_who_has_a_ticket_names_nobody(self):
        self.start()
        self.assertTrue(self.kdc.kinit("alice", PASSWORD))
        self.addCleanup(self.kdc.kdestroy)
        self.proven(None)
        self.assertIn("the server gets no credentials", self.output)

    def test_nobody_is_told_what_to_do(self):
        self.start()
        with self.assertRaisesRegex(PeerError, "with 2[^$]*opensspi login USER  or  kinit USER"):
            self.log_on(None)

    def test_a_keytab_is_enough(self):
        keytab = suite.folder(self) / "keytab"
        keytab.write_bytes((self.folder / "keytab").read_bytes())
        self.kdc.environment["KRB5_KTNAME"] = f"FILE:{self.folder}/none"
        self.addCleanup(self.kdc.environment.update, KRB5_KTNAME=f"FILE:{self.folder}/keytab")
        self.start('authority.kind = "none"\n', "--keytab", str(keytab), with_accounts=False)
        self.proven()
        status, answer = self.log_on("alice")
        self.assertEqual((status, answer["status"]),
                         (REFUSED, "SEC_E_NO_AUTHENTICATING_AUTHORITY"), self.output)

    def test_a_keytab_that_is_not_there(self):
        with self.assertRaisesRegex(PeerError, "nowhere: [^$]*SEC_E_NO_CREDENTIALS"):
            self.start("", "--keytab", "/nowhere")

    def test_says_how_it_was_refused(self):
        self.start()
        self.refused(self.log_on("alice", password="wrong"), "NTLM", "SEC_E_LOGON_DENIED",
                     "STATUS_WRONG_PASSWORD")

    def test_needs_no_ntlm(self):
        self.start(NO_NTLM)
        self.proven()

    def test_user_to_user_where_the_client_asks_for_it(self):
        self.start(NO_NTLM)
        self.proven(f"alice@{REALM}", "--user-to-user")
        self.assertEqual(self.output.count(RESPONSE), 3, self.output)

    def test_user_to_user_where_the_kdc_gives_nothing_else(self):
        self.start(NO_NTLM)
        self.kdc.modify("TERMSRV/localhost", "-allow_svr")
        self.addCleanup(self.kdc.modify, "TERMSRV/localhost", "+allow_svr")
        self.proven()
        self.assertEqual(self.output.count(RESPONSE), 3, self.output)

    def test_a_wrong_password_is_tried_once(self):
        self.start(NO_NTLM)
        with self.kdc.requests() as requests:
            status, answer = self.log_on(f"alice@{REALM}", password="wrong")
        self.assertEqual((status, answer["status"]), (REFUSED, "SEC_E_LOGON_DENIED"), self.output)
        self.assertEqual(len([line for line in requests if "PREAUTH_FAILED" in line]), 1, requests)

    def test_ntlm_where_the_kdc_knows_no_such_target(self):
        self.start()
        status, answer = self.log_on("EXAMPLE\\alice", "127.0.0.1")
        self.assertEqual(status, ACCEPTED, self.output)
        self.assertEqual(answer["mechanism"], "NTLM")

    def test_what_only_ntlm_could_do_is_policy(self):
        self.start(NO_NTLM)
        with self.assertRaisesRegex(PeerError, f"with {NOT_ALLOWED}[^$]*STATUS_NTLM_BLOCKED"):
            self.log_on("alice")  # found out before there is a connection to tell of
        status, answer = self.log_on("EXAMPLE\\alice", "127.0.0.1")
        self.assertEqual(status, NOT_ALLOWED, self.output)
        self.assertEqual(answer["status"], "SEC_E_UNSUPPORTED_FUNCTION")
        self.assertEqual(answer["nt_status"], "STATUS_NTLM_BLOCKED")

    def test_a_server_tells_what_its_policy_forbids(self):
        self.start(NO_NTLM)
        self.command = Command(suite.folder(self))  # the client's
        status, answer = self.log_on("EXAMPLE\\alice", "127.0.0.1")
        self.assertEqual((status, answer["nt_status"]), (NOT_ALLOWED, "STATUS_NTLM_BLOCKED"),
                         self.output)
        logon, = self.server.new_logons()
        self.assertEqual(logon["reason"], "the policy does not allow NTLM (STATUS_NTLM_BLOCKED)")

    def test_a_server_that_could_do_nothing_else_says_so(self):
        self.start(NO_NTLM)
        self.command.environment["KRB5_KTNAME"] = f"FILE:{self.folder}/none"
        with self.assertRaisesRegex(PeerError, "the policy does not allow NTLM"):
            self.enterContext(self.command.serve())


if __name__ == "__main__":
    suite.main()
