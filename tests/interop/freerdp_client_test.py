"""FreeRDP's client against `opensspi serve`: version 2 or 3, as FREERDP_VERSION says. The server's
word decides, since FreeRDP goes on to ask for a desktop and fails when there is none; that
it was refused, and not merely without a desktop, is in its log."""

import os
import unittest

from peers import freerdp, xvfb
from support import suite
from support.command import Command

VERSION = int(os.environ["FREERDP_VERSION"])
DOMAIN, PASSWORD, WRONG = "EXAMPLE", "Passw0rd!", "wrong"
UNICODE_USER, UNICODE_PASSWORD = "Jürgen", "Grüße-€-\U0001d11e"
LOGON_FAILURE = r"ERRCONNECT_LOGON_FAILURE"
LOGON_REFUSED = r"ERRCONNECT_(LOGON_FAILURE|AUTHENTICATION_FAILED|ACCOUNT_DISABLED)"

NOT_AUTHORIZED = r"ERRCONNECT_AUTHENTICATION_FAILED"  # and not LOGON_FAILURE


class FreeRdpClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(xvfb.missing() or freerdp.FreeRdp.missing(VERSION))
        folder = suite.folder(cls)
        cls.client = freerdp.FreeRdp(VERSION, cls.enterClassContext(xvfb.display()), str(folder))
        command = Command(folder)
        for user in ("alice", "bob", UNICODE_USER):
            command.add_account(f"{DOMAIN}\\{user}",
                                UNICODE_PASSWORD if user == UNICODE_USER else PASSWORD)
        command.add_account("carol", PASSWORD)
        command.disable_account(f"{DOMAIN}\\bob")
        cls.command = command
        cls.server = cls.enterClassContext(command.serve())

    def log_on(self, user, password, domain, accepted, tls="TLS 1.3", options=()):
        """What the server says, and FreeRDP's log."""
        if domain:
            options = [f"/d:{domain}", *options]
        output = self.client.connect(self.server.address, user, password, *options)[1]
        logons = self.server.new_logons()
        for logon in logons:
            self.assertIs(logon["accepted"], accepted, (logon, output, self.server.output()))
            self.assertEqual(logon["version"], 6)
            self.assertEqual(logon["tls"], tls)
        return logons[0], output

    def accepts(self, user="alice", password=PASSWORD, domain=DOMAIN):
        logon, output = self.log_on(user, password, domain, True)
        self.assertEqual(logon["status"], "SEC_E_OK")
        self.assertEqual(logon["mechanism"], "NTLM")
        self.assertNotRegex(output, LOGON_REFUSED)
        return logon

    def refuses(self, user, password, reason, told):
        logon, output = self.log_on(user, password, DOMAIN, False)
        self.assertEqual(logon["status"], "SEC_E_LOGON_DENIED", logon)
        self.assertIn(reason, logon["reason"])
        self.assertEqual(logon["user"], f"{DOMAIN}\\{user}")
        self.assertRegex(output, told)
        self.accepts()

    def test_accepted(self):
        self.assertEqual(self.accepts()["user"], f"{DOMAIN}\\alice")

    if VERSION == 3:  # version 2 has no options for these
        def test_accepted_over_tls_1_2(self):
            self.log_on("alice", PASSWORD, DOMAIN, True, "TLS 1.2", ["/tls:enforce:1.2"])

        def test_early_user_authorization(self):
            with self.command.serve("--allow", f"{DOMAIN}\\alice") as server:
                for user, let_in in (("alice", True), (UNICODE_USER, False), ("alice", True)):
                    password = PASSWORD if let_in else UNICODE_PASSWORD
                    output = self.client.connect(server.address, user, password, f"/d:{DOMAIN}",
                                                 security="ext")[1]
                    for logon in server.new_logons():
                        self.assertIs(logon["authenticated"], True, output)
                        self.assertIs(logon["accepted"], let_in, output)
                    self.assertIn("early user authorization", server.output())
                    if let_in:
                        self.assertNotRegex(output, LOGON_REFUSED)
                    else:
                        self.assertRegex(output, NOT_AUTHORIZED)
                        self.assertNotRegex(output, LOGON_FAILURE)

    def test_accepted_without_domain(self):
        self.assertEqual(self.accepts("carol", domain="")["user"].rpartition("\\")[2], "carol")

    def test_accepted_with_names_and_passwords_beyond_ascii(self):
        logon = self.accepts(UNICODE_USER, UNICODE_PASSWORD)
        self.assertEqual(logon["user"], f"{DOMAIN}\\{UNICODE_USER}")

    def test_refused_for_a_wrong_password(self):
        self.refuses("alice", WRONG, "STATUS_WRONG_PASSWORD", LOGON_FAILURE)

    def test_refused_for_an_unknown_user(self):
        self.refuses("nobody", PASSWORD, "STATUS_NO_SUCH_USER", LOGON_FAILURE)

    def test_refused_for_a_disabled_account(self):
        self.refuses("bob", PASSWORD, "STATUS_ACCOUNT_DISABLED",
                     r"ERRCONNECT_ACCOUNT_DISABLED")


if __name__ == "__main__":
    suite.main()
