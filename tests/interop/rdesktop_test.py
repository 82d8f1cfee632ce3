"""rdesktop with a ticket against `opensspi serve`: CredSSP of version 2, which the policy must
permit, Kerberos without SPNEGO around it, lengths longer than need be, strings with a terminator."""

import unittest

from peers import mit_kdc, rdesktop, xvfb
from support import suite
from support.command import Command

USER, PASSWORD = "alice", "Passw0rd!"


class Rdesktop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing() or xvfb.missing() or rdesktop.missing())
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder)
        cls.kdc.add_user(USER, PASSWORD)
        cls.kdc.add_service("TERMSRV/localhost")
        cls.enterClassContext(cls.kdc.serve())
        cls.display = cls.enterClassContext(xvfb.display())

    def setUp(self):
        self.assertTrue(self.kdc.kinit(USER, PASSWORD))
        self.addCleanup(self.kdc.kdestroy)

    def log_on(self, policy, ends):
        """What the server says, and what rdesktop does."""
        command = Command(suite.folder(self), policy)
        command.environment.update(self.kdc.environment)
        command.environment["KRB5RCACHENAME"] = f"file2:{self.folder}/replays"
        with command.serve() as server, rdesktop.connect(
                suite.folder(self), self.display, server.address.replace("127.0.0.1", "localhost"),
                (mit_kdc.REALM, USER), PASSWORD, self.kdc.environment) as client:
            client.wait_until(lambda: " connection from " in server.output(), "it connects")
            logon = server.new_logons()[0]
            if ends:
                client.finish()
            return logon, client.output()

    def test_accepted_where_policy_permits_version_2(self):
        logon, output = self.log_on(
            'ntlm.allowed = false\ncredssp.encryption_oracle = "mitigated"\n', True)
        self.assertTrue(logon["accepted"], (logon, output))
        self.assertEqual(logon["version"], 2)
        self.assertEqual(logon["mechanism"], "Kerberos")
        self.assertEqual(logon["user"], f"{USER}@{mit_kdc.REALM}")
        self.assertIn(rdesktop.CONNECTED, output)

    def test_refused_else(self):
        logon, output = self.log_on("", False)
        self.assertFalse(logon["accepted"], (logon, output))
        self.assertEqual(logon["status"], "SEC_E_UNSUPPORTED_FUNCTION", logon)
        self.assertNotIn(rdesktop.CONNECTED, output)


if __name__ == "__main__":
    suite.main()
