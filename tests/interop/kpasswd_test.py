"""Passwords changed by kpasswd's protocol (RFC 3244): `opensspi passwd` against MIT's kadmind, also
through Debian's KDC proxy, and what `opensspi connect` says of a password that must be changed."""

import unittest

from peers import kdc_proxy, mit_kdc, program
from support import suite
from support.command import REFUSED, Command

OLD, NEW, WRONG = "Passw0rd!", "An0ther one", "Wr0ng one!"
REALM = mit_kdc.REALM


class Kpasswd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing())
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder)
        cls.kdc.add_rules("strict", "-minlength", "8", "-minclasses", "3", "-history", "3")
        cls.kdc.add_service("TERMSRV/localhost")
        cls.enterClassContext(cls.kdc.serve())
        cls.enterClassContext(cls.kdc.serve_passwords())

    def setUp(self):
        self.command = Command(suite.folder(self), "")
        self.command.environment.update(self.kdc.environment)
        self.user = self.id().rpartition(".")[2]
        self.kdc.add_user(self.user, OLD)
        self.kdc.modify(self.user, "-policy", "strict")

    def passwd(self, new, old=OLD, name=None):
        return self.command.passwd(name or f"{self.user}@{REALM}", old, new)

    def test_whoever_knows_the_old_one(self):
        self.assertIn("changed the password", self.passwd(NEW))
        self.assertTrue(self.kdc.kinit(self.user, NEW))
        self.assertFalse(self.kdc.kinit(self.user, OLD))
        self.assertIn("changed the password", self.passwd(OLD + "x", NEW, f"EXAMPLE\\{self.user}"))

    def test_others(self):
        output = self.passwd(NEW, WRONG)
        self.assertIn("STATUS_WRONG_PASSWORD", output)
        self.assertIn("STATUS_NO_SUCH_USER", self.passwd(NEW, name=f"nobody@{REALM}"))
        self.assertTrue(self.kdc.kinit(self.user, OLD))

    def test_rules(self):
        self.assertIn("the new password is too short", self.passwd("Sh0rt!"))
        self.assertIn("too few kinds of characters", self.passwd("longenough"))
        self.assertIn("the new password was used before", self.passwd(OLD))
        self.assertIn("STATUS_PASSWORD_RESTRICTION", self.passwd("Sh0rt!"))

    def test_an_expired_one(self):
        self.kdc.modify(self.user, "-pwexpire", "yesterday")
        with self.command.serve() as server:
            status, answer, _ = self.command.connect(
                server.address.replace("127.0.0.1", "localhost"), f"{self.user}@{REALM}", OLD)
            self.assertEqual(status, REFUSED)
            self.assertIn("STATUS_PASSWORD_EXPIRED", answer["reason"])
        self.assertIn("changed the password", self.passwd(NEW))
        self.assertTrue(self.kdc.kinit(self.user, NEW))

    def test_nobody_there(self):
        self.kdc.configure("", servers=f" kdc = 127.0.0.1:{self.kdc.port}\n"
                                       f" kpasswd_server = 127.0.0.1:{program.free_port()}\n")
        self.addCleanup(self.kdc.configure, "")
        self.assertIn("SEC_E_NO_AUTHENTICATING_AUTHORITY", self.passwd(NEW))
        self.assertTrue(self.kdc.kinit(self.user, OLD))

    def test_through_a_proxy(self):
        suite.require(kdc_proxy.missing())
        proxy = kdc_proxy.KdcProxy(self.folder, REALM, self.kdc)
        url = f"https://127.0.0.1:{proxy.port}/KdcProxy"
        self.kdc.configure("", servers=f" kdc = {url}\n kpasswd_server = {url}\n"
                                       f" http_anchors = FILE:{proxy.certificate}\n")
        self.addCleanup(self.kdc.configure, "")
        with proxy.serve():
            self.assertIn("changed the password", self.passwd(NEW))


if __name__ == "__main__":
    suite.main()
