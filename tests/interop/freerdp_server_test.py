"""`opensspi connect` against FreeRDP's server: version 2 or 3, as FREERDP_VERSION says. The exit
status is the verdict."""

import os
import unittest

from peers import freerdp, xvfb
from support import suite
from support.command import ACCEPTED, REFUSED, Command

VERSION = int(os.environ["FREERDP_VERSION"])
USER, PASSWORD, WRONG = "alice", "Passw0rd!", "wrong"
# Version 2 serves nobody whose name is not ASCII.
UNICODE_USER = "jürgen" if VERSION == 3 else "juergen"
UNICODE_PASSWORD = "Grüße-€-\U0001d11e"


class FreeRdpServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(xvfb.missing() or freerdp.FreeRdp.missing(VERSION))
        folder = suite.folder(cls)
        cls.command = Command(folder)
        peer = freerdp.FreeRdp(VERSION, cls.enterClassContext(xvfb.display()), str(folder))
        cls.address = cls.enterClassContext(
            peer.serve({USER: PASSWORD, UNICODE_USER: UNICODE_PASSWORD}))

    def log_on(self, user, password, expected, *options):
        status, answer, output = self.command.connect(self.address, user, password, *options)
        self.assertEqual(status, expected, (answer, output))
        self.assertIs(answer["accepted"], expected == ACCEPTED, answer)

    def test_accepted(self):
        self.log_on(USER, PASSWORD, ACCEPTED)
        self.log_on(f"EXAMPLE\\{USER}", PASSWORD, ACCEPTED)

    def test_accepted_with_names_and_passwords_beyond_ascii(self):
        self.log_on(UNICODE_USER, UNICODE_PASSWORD, ACCEPTED)

    def test_refused(self):
        self.log_on(USER, WRONG, REFUSED)
        self.log_on("nobody", PASSWORD, REFUSED)
        self.log_on(USER, PASSWORD, ACCEPTED)


if __name__ == "__main__":
    suite.main()
