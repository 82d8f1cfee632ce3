"""Default credentials of Kerberos out of what MIT's own programs leave behind: kinit's caches of
every kind and kadmin's keytabs. A credential has the name and the end that klist shows."""

import ctypes
import os
import signal
import time
import unittest

from peers import kcm, mit_kdc
from support import sspi, suite

PASSWORD = "Passw0rd!"
SERVICES = ("HTTP/server.example.test", "TERMSRV/server.example.test")


class Realm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing())
        os.environ["TZ"] = "XYZ-03:30"
        time.tzset()
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder)
        for user in ("alice", "bob", "carol"):
            cls.kdc.add_user(user, PASSWORD)
        cls.kdc.add_service(*SERVICES)
        cls.enterClassContext(cls.kdc.serve())

    def setUp(self):
        os.environ.update(self.kdc.environment)
        self.addCleanup(os.environ.pop, "KRB5CCNAME", None)

    def use_cache(self, name):
        os.environ["KRB5CCNAME"] = name
        self.addCleanup(self.kdc.kdestroy)

    def kinit(self, user, *options):
        self.assertTrue(self.kdc.kinit(user, PASSWORD, None, *options))

    def acquired(self, principal=None):
        with sspi.Credential("Kerberos", principal=principal) as credential:
            return credential.name(), credential.expiry()

    def refused(self, *arguments, **options):
        with self.assertRaises(sspi.SspiError) as raised:
            sspi.Credential("Kerberos", *arguments, **options)
        return raised.exception.status

    def check_one_cache(self):
        """What klist shows of the default cache is what is acquired."""
        self.assertEqual(self.refused(), "SEC_E_NO_CREDENTIALS")
        self.kinit("alice", "-l", "1h")
        shown = self.kdc.klist()
        self.assertEqual(shown[0], "alice@EXAMPLE.TEST")
        for principal in (None, "alice@EXAMPLE.TEST", "EXAMPLE\\alice", "ALICE"):
            self.assertEqual(self.acquired(principal), shown)
        self.assertEqual(self.refused(principal="bob@EXAMPLE.TEST"), "SEC_E_UNKNOWN_CREDENTIALS")
        self.kdc.kdestroy()
        self.assertEqual(self.refused(), "SEC_E_NO_CREDENTIALS")

    def check_collection(self):
        for user, hours in (("alice", 1), ("bob", 2), ("carol", 3)):
            self.kinit(user, "-l", f"{hours}h")
        ends = set()
        for user in ("alice", "bob", "carol"):
            self.kdc.kswitch(user)
            shown = self.kdc.klist()
            self.assertEqual(shown[0], f"{user}@EXAMPLE.TEST")
            self.assertEqual(self.acquired(), shown)
            ends.add(shown[1])
            self.assertEqual(self.acquired("bob")[0], "bob@EXAMPLE.TEST")
        self.assertEqual(len(ends), 3)


class Caches(Realm):
    def test_file(self):
        self.use_cache(f"FILE:{self.folder}/cc")
        self.check_one_cache()

    def test_folder(self):
        self.use_cache(f"DIR:{self.folder}/dir")
        os.mkdir(self.folder / "dir")
        self.check_one_cache()
        self.check_collection()

    def test_keyring(self):
        # A session keyring of this process and those it starts; it ends with them.
        keyutils = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
        if keyutils.keyctl_join_session_keyring(None) < 0:
            suite.require("keyrings, which the kernel refuses here")
        self.use_cache("KEYRING:session:opensspi-interop")
        self.check_one_cache()
        self.check_collection()

    def test_the_end_of_a_ticket(self):
        self.use_cache(f"FILE:{self.folder}/cc")
        self.kinit("alice", "-l", "3s")
        shown = self.kdc.klist()
        self.assertEqual(self.acquired(), shown)
        time.sleep(3.1)
        self.assertEqual(self.refused(), "SEC_E_NO_CREDENTIALS")
        self.assertEqual(self.refused(principal="alice"), "SEC_E_NO_CREDENTIALS")

    def test_tickets_for_a_service_alone(self):
        self.use_cache(f"FILE:{self.folder}/cc")
        self.kinit("alice", "-S", SERVICES[0])
        name, expiry = self.acquired()
        self.assertEqual(name, "alice@EXAMPLE.TEST")
        self.assertIsNotNone(expiry)

    def test_keytab(self):
        for principal, name in ((None, SERVICES[0]), (SERVICES[1], SERVICES[1]),
                                ("termsrv/SERVER.example.test", SERVICES[1])):
            with sspi.Credential("Kerberos", sspi.INBOUND, principal) as credential:
                self.assertEqual(credential.name(), name + "@EXAMPLE.TEST")
                self.assertIsNone(credential.expiry())
        self.assertEqual(self.refused(sspi.INBOUND, "HTTP/other"), "SEC_E_NO_CREDENTIALS")
        os.environ["KRB5_KTNAME"] = f"FILE:{self.folder}/nowhere"
        self.assertEqual(self.refused(sspi.INBOUND), "SEC_E_NO_CREDENTIALS")


class Kcm(Realm):
    def setUp(self):
        suite.require(kcm.missing())
        super().setUp()
        self.service, socket = self.enterContext(kcm.serve(self.folder / "krb5.conf"))
        self.kdc.configure(f"kcm_socket = {socket}")
        os.environ["KRB5CCNAME"] = "KCM:"

    def test_caches(self):
        self.check_one_cache()
        self.check_collection()

    def test_beside_another_default(self):
        self.kinit("alice")
        shown = self.kdc.klist()
        os.environ["KRB5CCNAME"] = f"FILE:{self.folder}/nowhere"
        self.assertEqual(self.acquired(), shown)

    def test_service_that_hangs_or_has_died(self):
        self.kinit("alice")
        os.kill(self.service.pid, signal.SIGSTOP)
        begin = time.monotonic()
        self.assertEqual(self.refused(), "SEC_E_NO_CREDENTIALS")
        self.assertLess(time.monotonic() - begin, 20)
        os.kill(self.service.pid, signal.SIGCONT)
        self.assertEqual(self.acquired()[0], "alice@EXAMPLE.TEST")
        self.service.stop()
        self.assertEqual(self.refused(), "SEC_E_NO_CREDENTIALS")


if __name__ == "__main__":
    suite.main()
