"""A member of a Samba domain: `opensspi serve` there lets the domain judge, through winbindd."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from peers import samba
from support import suite
from support.command import ACCEPTED, REFUSED, Command

PASSWORD, NEW, WRONG = "Passw0rd!", "0ther-Passw0rd!", "wrong"
USERS = [("alice", PASSWORD, ""), ("dora", PASSWORD, "disabled"), ("max", PASSWORD, "must change"),
         ("mia", PASSWORD, "must change"), ("kate", PASSWORD, "must change")]


class Winbind(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(samba.missing())
        cls.domain = cls.enterClassContext(samba.domain(suite.folder(cls), USERS))

    def begin(self, kind):
        self.command = Command(suite.folder(self),
                               f'authority.kind = "{kind}"\nauthority.deadline_ms = 30000\n',
                               self.domain.member.inside())
        self.command.environment.update(self.member_environment())

    def member_environment(self):
        folder = suite.folder(self)
        return {"KRB5_KTNAME": "FILE:/var/lib/samba/keytab",
                "KRB5RCACHENAME": f"file2:{folder}/replays", **samba.known_leaks(folder)}

    def serve(self, kind):
        self.begin(kind)
        self.command.add_account("local", PASSWORD)
        self.server = self.enterContext(self.command.serve())

    def log_on(self, user, password=PASSWORD, host="127.0.0.1"):
        """What the server says of a logon, which the client must have heard."""
        address = self.server.address.replace("127.0.0.1", host)
        status, answer, output = self.command.connect(address, user, password)
        logon, = self.server.new_logons()
        self.assertEqual(status, ACCEPTED if logon["accepted"] else REFUSED, output)
        self.told = answer["nt_status"]
        return logon

    def accepted(self, user, name):
        logon = self.log_on(user)
        self.assertTrue(logon["accepted"], logon)
        self.assertEqual(logon["user"], name)

    def refused(self, user, password, nt_status, told="STATUS_LOGON_FAILURE"):
        logon = self.log_on(user, password)
        self.assertFalse(logon["accepted"])
        self.assertEqual(logon["nt_status"], nt_status)
        self.assertEqual(self.told, told)

    def test_the_domain_judges(self):
        self.serve("winbind")
        for user in ("ADEX\\alice", "adex\\ALICE", "alice@ad.example.test"):
            with self.subTest(user):
                self.accepted(user, "ADEX\\alice")
        self.refused("ADEX\\alice", WRONG, "STATUS_WRONG_PASSWORD")
        self.refused("ADEX\\nobody", PASSWORD, "STATUS_NO_SUCH_USER")
        self.refused("ADEX\\dora", PASSWORD, "STATUS_ACCOUNT_DISABLED", "STATUS_ACCOUNT_DISABLED")
        self.refused("ADEX\\max", PASSWORD, "STATUS_PASSWORD_MUST_CHANGE",
                     "STATUS_PASSWORD_MUST_CHANGE")
        self.refused("SRV1\\local", PASSWORD, "STATUS_NO_SUCH_USER")

    def test_a_password_that_must_be_changed(self):
        self.serve("auto")
        self.refused("ADEX\\mia", PASSWORD, "STATUS_PASSWORD_MUST_CHANGE",
                     "STATUS_PASSWORD_MUST_CHANGE")
        self.assertIn("STATUS_WRONG_PASSWORD", self.command.passwd("ADEX\\mia", WRONG, NEW))
        self.assertIn("STATUS_PASSWORD_RESTRICTION",
                      self.command.passwd("ADEX\\mia", PASSWORD, "short"))
        self.assertIn("changed the password", self.command.passwd("ADEX\\mia", PASSWORD, NEW))
        self.assertTrue(self.log_on("ADEX\\mia", NEW)["accepted"])

    def test_who_a_ticket_is_of(self):
        self.serve("auto")
        logons = [self.log_on("alice@AD.EXAMPLE.TEST", host="localhost"), self.log_on("ADEX\\alice")]
        self.assertEqual([logon["mechanism"] for logon in logons], ["Kerberos", "NTLM"], logons)
        sid = self.domain.wbinfo("--name-to-sid", "ADEX\\alice").split()[0]
        groups = self.domain.wbinfo("--user-domgroups", sid).split()
        for logon in logons:
            self.assertEqual(logon["user"], "ADEX\\alice")
            self.assertEqual(logon["user_sid"], sid)
            self.assertLessEqual(set(groups), {sid, *logon["group_sids"]})
            self.assertEqual(logon["unix_user"], "ADEX\\alice")

    def test_what_the_kdc_says_of_an_account(self):
        self.serve("auto")
        address = self.server.address.replace("127.0.0.1", "localhost")
        for user, nt_status, reason in (
                ("dora", "STATUS_ACCOUNT_DISABLED", "the account is disabled in the domain"),
                ("max", "STATUS_PASSWORD_MUST_CHANGE",
                 "the domain wants the password changed before the next logon")):
            with self.subTest(user):
                status, answer, output = self.command.connect(address, f"{user}@AD.EXAMPLE.TEST",
                                                              PASSWORD)
                self.assertEqual(status, REFUSED, output)
                self.assertEqual(answer["reason"], f"{reason} ({nt_status})")

    def test_a_server_acts_as_its_client(self):
        environment = {**self.member_environment(),
                       "PYTHONPATH": str(pathlib.Path(__file__).parent),
                       "OPENSSPI_LIBRARY": os.environ["OPENSSPI_LIBRARY"],
                       "KRB5CCNAME": f"FILE:{suite.folder(self)}/client"}
        self.domain.trust_member()
        ended = subprocess.run(
            [*self.domain.member.inside(), sys.executable, "-B", "-m", "support.second_hop", "alice",
             "TERMSRV/localhost"], env={**os.environ, **environment}, input=PASSWORD + "\n", text=True,
            capture_output=True, timeout=120, check=False)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        seen = json.loads(ended.stdout)
        self.assertEqual(seen["name"], "alice@AD.EXAMPLE.TEST")
        self.assertGreater(seen["token"], 1000)
        self.assertGreaterEqual(seen["uid"], 200000)
        self.assertEqual(seen["process"], "SEC_E_NO_CREDENTIALS")

    def test_a_password_changed_by_kerberos(self):
        self.begin("none")
        user = "kate@ad.example.test"  # the realm's name, which ADEX is not
        self.assertIn("STATUS_WRONG_PASSWORD", self.command.passwd(user, WRONG, NEW))
        self.assertIn("the new password is too short", self.command.passwd(user, PASSWORD, "Sh0rt"))
        self.assertIn("changed the password", self.command.passwd(user, PASSWORD, NEW))
        self.serve("auto")
        self.assertTrue(self.log_on("ADEX\\kate", NEW)["accepted"])

    def test_by_domain(self):
        self.serve("auto")
        self.accepted("ADEX\\alice", "ADEX\\alice")
        for user in ("SRV1\\local", ".\\local", "local"):
            with self.subTest(user):
                self.assertTrue(self.log_on(user)["accepted"])
        self.refused("SRV1\\alice", PASSWORD, "STATUS_NO_SUCH_USER")
        self.refused("ADEX\\local", PASSWORD, "STATUS_NO_SUCH_USER")

    def test_a_controller_that_is_down(self):
        self.serve("auto")
        self.accepted("ADEX\\alice", "ADEX\\alice")
        self.domain.stop_controller()
        logon = self.log_on("ADEX\\alice")
        self.assertEqual(logon["status"], "SEC_E_NO_AUTHENTICATING_AUTHORITY", logon)
        self.assertTrue(self.log_on("SRV1\\local")["accepted"])
        self.domain.start_controller()
        self.domain.wait_for_domain()
        self.accepted("ADEX\\alice", "ADEX\\alice")


if __name__ == "__main__":
    suite.main()
