"""Remote Credential Guard over MIT's KDC: what goes over in the place of a password, in one process
and between `opensspi connect` and `opensspi serve`, and where it is not taken."""

import os
import unittest

from peers import mit_kdc
from support import credssp, sspi, suite
from support.command import ACCEPTED, REFUSED, Command
from support.handshake import shake_hands

PASSWORD = "Passw0rd!"
REALM = mit_kdc.REALM
HOST = "server.example.test"
TAKES = "[credssp]\nremote_guard = true\n"
TICKET_LOGON, REDIRECTED = 10, 2


class Realm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing())
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder)
        cls.kdc.add_user("alice", PASSWORD)
        cls.kdc.modify("alice", "+requires_preauth")
        cls.kdc.add_service(f"TERMSRV/{HOST}", f"host/{HOST}", "TERMSRV/localhost",
                            "host/localhost")
        os.environ.update(cls.kdc.environment)
        os.environ["KRB5RCACHENAME"] = f"file2:{cls.folder}/replays"
        cls.enterClassContext(cls.kdc.serve())


class InOneProcess(Realm):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        policy = cls.folder / "policy.toml"
        policy.write_text(TAKES)
        os.environ["OPENSSPI_POLICY"] = str(policy)
        sspi.make_accounts(cls.folder / "accounts.db", ("alice", "", PASSWORD))
        credssp.reload_policy()
        cls.certificate = cls.enterClassContext(credssp.Certificate(HOST))

    def log_on(self, user, domain="", password=PASSWORD):
        client = self.enterContext(credssp.guarded(user, domain, password, f"TERMSRV/{HOST}"))
        server = self.enterContext(credssp.acceptor(self.certificate))
        return client, server, shake_hands(client, server)

    def taken(self, *who):
        client, server, complete = self.log_on(*who)
        self.assertTrue(complete, (client.failure, server.failure))
        delegated = server.delegated()
        self.assertEqual((delegated.user, delegated.domain), ("alice", REALM))
        self.assertIsNone(delegated.password)
        logon = server.creds_2()
        self.assertNotIn(PASSWORD.encode("utf-16-le"), logon)
        self.assertEqual([int.from_bytes(logon[i:i + 4], "little") for i in (0, 4)],
                         [TICKET_LOGON, REDIRECTED])

    def test_of_a_password(self):
        with self.kdc.requests() as requests:
            self.taken(f"alice@{REALM}")
        issued = [line for line in requests if "ISSUE" in line]
        self.assertTrue(any(f"for host/{HOST}@" in line for line in issued), requests)
        self.assertEqual(len([line for line in issued if "TGS_REQ" in line and "for krbtgt/" in line]),
                         1, requests)

    def test_of_tickets(self):
        self.assertTrue(self.kdc.kinit("alice", PASSWORD, None, "-f"))
        self.addCleanup(self.kdc.kdestroy)
        self.taken(None)

    def test_of_tickets_that_may_not_be_forwarded(self):
        self.assertTrue(self.kdc.kinit("alice", PASSWORD, None, "-F"))
        self.addCleanup(self.kdc.kdestroy)
        client, server, complete = self.log_on(None)
        self.assertFalse(complete)
        self.assertEqual(client.failure.status, "SEC_E_NO_CREDENTIALS")

    def test_never_falls_back_to_ntlm(self):
        client, _server, complete = self.log_on("alice")
        self.assertFalse(complete)
        self.assertEqual(client.failure.status, "SEC_E_NO_CREDENTIALS")


class BetweenCommands(Realm):
    def connect(self, policy, *options):
        command = Command(suite.folder(self), policy)
        command.environment.update(self.kdc.environment)
        command.environment["KRB5RCACHENAME"] = os.environ["KRB5RCACHENAME"]
        command.add_account("alice", PASSWORD)
        server = self.enterContext(command.serve())
        address = server.address.replace("127.0.0.1", "localhost")
        status, answer, output = command.connect(address, f"alice@{REALM}", PASSWORD,
                                                 "--remote-guard", *options)
        return server, status, answer, output

    def test_logs_on(self):
        server, status, answer, output = self.connect(TAKES)
        self.assertEqual((status, answer["mechanism"]), (ACCEPTED, "Kerberos"), output)
        logon, = server.new_logons()
        self.assertTrue(logon["accepted"], logon)

    def test_is_the_servers_policy(self):
        _server, status, answer, _output = self.connect("")
        self.assertEqual((status, answer["status"]), (REFUSED, "SEC_E_UNSUPPORTED_FUNCTION"))


if __name__ == "__main__":
    suite.main()
