"""Heimdal: our clients and servers over its KDC, and against its GSSAPI both ways, for each type of
key that both have."""

import os
import unittest

from peers import heimdal, heimdal_gss, mit_kdc
from support import sspi, suite
from support.handshake import shake_hands

PASSWORD, WRONG = "Passw0rd!", "wrong"
REALM = heimdal.REALM
FLAGS = sspi.SEAL | sspi.MUTUAL
KEY_SIZES = {"aes256-cts-hmac-sha1-96": 32, "arcfour-hmac-md5": 16}  # of the types that it gives


class Heimdal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(heimdal.missing() or mit_kdc.missing())
        cls.folder = suite.folder(cls)
        cls.kdc = heimdal.HeimdalKdc(cls.folder)
        cls.kdc.add_user("alice", PASSWORD)
        cls.kdc.add_service("HTTP/localhost")
        os.environ.update(cls.kdc.environment)
        os.environ["KRB5RCACHENAME"] = f"file2:{cls.folder}/replays"
        cls.enterClassContext(cls.kdc.serve())

    def our_client(self, package="Kerberos", user="alice", password=PASSWORD,
                   target="HTTP/localhost", flags=FLAGS):
        return self.enterContext(sspi.initiator(package, user, REALM, password, flags=flags,
                                                target=target))

    def our_server(self, package="Kerberos"):
        return self.enterContext(sspi.acceptor(package))

    def their_client(self, target="HTTP@localhost", **options):
        return self.enterContext(heimdal_gss.initiator(self.kdc, target, **options))

    def their_server(self):
        return self.enterContext(heimdal_gss.acceptor(self.kdc))

    def completes(self, client, server):
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))

    def both_ways(self, ours, theirs):
        for message in (b"x", b"hello", bytes(range(256)) * 64):
            for encrypt in (True, False):
                self.assertEqual(theirs.unwrap(ours.wrap(message, encrypt)), message)
                self.assertEqual(ours.unwrap_stream(theirs.wrap(message, encrypt)), message)
            theirs.verify(message, ours.sign(message))
            ours.verify(message, theirs.sign(message))

    def test_a_password_becomes_a_ticket(self):
        client, server = self.our_client(), self.our_server()
        self.completes(client, server)
        self.assertEqual(server.names(), f"alice@{REALM}")
        self.assertEqual(server.unwrap_stream(client.wrap(b"hello")), b"hello")

    def test_what_it_refuses(self):
        for user, password, target, status, reason in (
                ("alice", WRONG, "HTTP/localhost", "SEC_E_LOGON_DENIED", "STATUS_WRONG_PASSWORD"),
                ("nobody", PASSWORD, "HTTP/localhost", "SEC_E_LOGON_DENIED", "STATUS_NO_SUCH_USER"),
                ("alice", PASSWORD, "no/localhost", "SEC_E_TARGET_UNKNOWN", "")):
            client = self.our_client(user=user, password=password, target=target)
            self.assertEqual(client.step(b""), b"")
            self.assertEqual((client.failure.status, client.failure.reason), (status, reason))

    def test_our_client_and_their_server(self):
        self.addCleanup(self.kdc.configure)
        for enctype, size in KEY_SIZES.items():
            self.kdc.configure(mit=f"permitted_enctypes = {enctype}")
            for package in ("Kerberos", "Negotiate"):
                with self.subTest(enctype=enctype, package=package):
                    client, server = self.our_client(package), self.their_server()
                    self.completes(client, server)
                    self.assertEqual(server.initiator_name(), f"alice@{REALM}")
                    self.assertEqual(client.package(), "Kerberos")
                    self.assertEqual(len(client.session_key()), size)
                    self.both_ways(client, server)

    def test_their_client_and_our_server(self):
        self.addCleanup(self.kdc.configure)
        for enctype, size in KEY_SIZES.items():
            self.kdc.configure(heimdal=f"default_etypes = {enctype}")
            self.assertTrue(self.kdc.kinit("alice", PASSWORD))
            for package, mech in (("Kerberos", heimdal_gss.KERBEROS),
                                  ("Negotiate", heimdal_gss.SPNEGO)):
                with self.subTest(enctype=enctype, package=package):
                    client, server = self.their_client(mech=mech), self.our_server(package)
                    self.completes(client, server)
                    self.assertEqual(server.names(), f"alice@{REALM}")
                    self.assertEqual(len(server.session_key()), size)
                    self.both_ways(server, client)

    def test_user_to_user(self):
        client, server = self.our_client(flags=FLAGS | sspi.USER_TO_USER), self.our_server()
        self.completes(client, server)
        self.assertEqual(server.unwrap_stream(client.wrap(b"hello")), b"hello")


if __name__ == "__main__":
    suite.main()
