"""Kerberos through Debian's KDC proxy ([MS-KKDCP]) before MIT's KDC, which the client cannot reach
itself: with krb5.conf's URL and with the credential's own proxy, as SetCredentialsAttributes gives
it."""

import os
import unittest

from peers import gss, kdc_proxy, mit_kdc, program
from support import sspi, suite
from support.handshake import shake_hands

PASSWORD = "Passw0rd!"
REALM = mit_kdc.REALM
SPN = "HTTP/server.example.test"


class ThroughAProxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing() or gss.missing_library() or kdc_proxy.missing())
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder)
        cls.kdc.add_user("alice", PASSWORD)
        cls.kdc.add_service(SPN)
        cls.kdc.modify(SPN, "+ok_as_delegate")
        os.environ.update(cls.kdc.environment)
        os.environ["KRB5RCACHENAME"] = f"file2:{cls.folder}/replays"
        cls.proxy = kdc_proxy.KdcProxy(cls.folder, REALM, cls.kdc)
        # The system's authorities, which count for realms that have none of their own.
        os.environ["SSL_CERT_FILE"] = str(cls.proxy.certificate)
        cls.enterClassContext(cls.kdc.serve())
        cls.enterClassContext(cls.proxy.serve())

    # libkrb5 reads a changed file anew after a second only; each test has its own.
    def configure(self, anchors=None, lines=""):
        self.kdc.configure("", servers=lines + f" http_anchors = FILE:"
                                               f"{anchors or self.proxy.certificate}\n")
        path = self.folder / f"{self.id()}.conf"
        (self.folder / "krb5.conf").rename(path)
        os.environ["KRB5_CONFIG"] = str(path)

    def our_client(self, proxy=None, forced=True, package="Kerberos", flags=sspi.SEAL | sspi.MUTUAL):
        client = self.enterContext(sspi.initiator(package, "alice", REALM, PASSWORD, flags=flags,
                                                  target=SPN))
        if proxy is not None:
            client.set_kdc_proxy(proxy, forced)
        return client

    def completes(self, client):
        server = self.enterContext(sspi.acceptor("Negotiate"))
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(server.names(), f"alice@{REALM}")
        self.assertEqual(client.package(), "Kerberos")

    def unreachable(self):
        return f" kdc = 127.0.0.1:{program.free_port()}\n"

    def own(self, path=""):
        return f"127.0.0.1:{self.proxy.port}{path}"

    def test_a_url_in_krb5_conf(self):
        self.configure(lines=f" kdc = https://127.0.0.1:{self.proxy.port}/KdcProxy\n")
        self.completes(self.our_client())
        self.completes(self.our_client(package="Negotiate"))

    def test_a_credentials_own(self):
        self.configure(lines=self.unreachable())
        self.completes(self.our_client(self.own()))
        self.completes(self.our_client(self.own(":KdcProxy"), forced=False))
        self.completes(self.our_client(self.own(), package="Negotiate"))

    def test_a_credentials_own_where_nobody_names_the_realm(self):
        self.configure()
        self.completes(self.our_client(self.own()))

    def test_tickets_that_are_handed_on(self):
        self.configure(lines=f" kdc = https://127.0.0.1:{self.proxy.port}/KdcProxy\n")
        self.hands_on(self.our_client(flags=sspi.SEAL | sspi.DELEGATE))

    # libkrb5 finds no KDC itself then.
    def test_tickets_that_are_handed_on_where_nobody_names_the_realm(self):
        self.configure()
        client = self.our_client(flags=sspi.SEAL | sspi.DELEGATE)
        client.set_kdc_proxy(self.own(), True)
        self.hands_on(client)

    def hands_on(self, client):
        server = gss.acceptor(gss.KERBEROS)
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(str(server.context.delegated_creds.name), f"alice@{REALM}")

    def fails(self, client, why):
        self.assertEqual(client.step(b""), b"")
        self.assertEqual(client.failure.status, "SEC_E_NO_AUTHENTICATING_AUTHORITY")
        self.assertIn(why, str(client.failure))

    def test_a_certificate_of_somebody_else(self):
        self.configure(anchors="/nonexistent", lines=self.unreachable())
        self.fails(self.our_client(self.own()), "certificate is not to be trusted")

    def test_a_realm_that_the_proxy_does_not_know(self):
        self.configure(lines=self.unreachable())
        client = self.enterContext(sspi.initiator("Kerberos", "alice", "OTHER.TEST", PASSWORD,
                                                  target=SPN))
        client.set_kdc_proxy(self.own(), True)
        self.fails(client, "reaches no KDC of the realm")

    def test_a_proxy_that_is_not_there(self):
        self.configure(lines=f" kdc = 127.0.0.1:{self.kdc.port}\n")
        self.fails(self.our_client(f"127.0.0.1:{program.free_port()}"), "can be reached")
        self.completes(self.our_client(f"127.0.0.1:{program.free_port()}", forced=False))


if __name__ == "__main__":
    suite.main()
