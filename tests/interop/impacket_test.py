"""impacket's rdp_check.py against `opensspi serve`. It speaks CredSSP version 2, which a policy must
permit and in which a refusal is but the end of the connection."""

import unittest

from peers import impacket
from support import suite
from support.command import Command

USER, DOMAIN, PASSWORD, WRONG = "alice", "EXAMPLE", "Passw0rd!", "wrong"


class RdpCheck(unittest.TestCase):
    def setUp(self):
        suite.require(impacket.missing())

    def serve(self, oracle):
        command = Command(suite.folder(self), f'[credssp]\nencryption_oracle = "{oracle}"\n')
        command.add_account(f"{DOMAIN}\\{USER}", PASSWORD)
        return self.enterContext(command.serve())

    def log_on(self, server, user, password):
        """What the server says of it, which is what rdp_check.py says."""
        told = impacket.rdp_check(server.address, user, DOMAIN, password)
        logon, = server.new_logons()
        self.assertEqual(impacket.GRANTED in told, logon["accepted"], told)
        self.assertEqual(logon["version"], 2)
        return logon

    def test_granted_and_denied(self):
        server = self.serve("mitigated")
        for user, password, reason in ((USER, PASSWORD, None), (USER, WRONG, "WRONG_PASSWORD"),
                                       ("nobody", PASSWORD, "NO_SUCH_USER"),
                                       (USER, PASSWORD, None)):
            with self.subTest((user, password)):
                logon = self.log_on(server, user, password)
                self.assertIs(logon["accepted"], reason is None)
                self.assertEqual(logon["user"], f"{DOMAIN}\\{user}")
                self.assertEqual(logon["nt_status"], reason and f"STATUS_{reason}")

    def test_denied_by_policy(self):
        logon = self.log_on(self.serve("force"), USER, PASSWORD)
        self.assertEqual(logon["status"], "SEC_E_UNSUPPORTED_FUNCTION")
        self.assertIn("CVE-2018-0886", logon["reason"])


if __name__ == "__main__":
    suite.main()
