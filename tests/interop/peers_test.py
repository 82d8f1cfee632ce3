"""The peers among themselves: when this fails, it is the peers' set-up that is broken, not ours."""

import unittest

from peers import freerdp, gss, kcm, mit_kdc, ntlm_auth, pyspnego, xvfb
from support import suite
from support.handshake import shake_hands

USER, DOMAIN, PASSWORD, WRONG = "alice", "DOMAIN", "Passw0rd!", "wrong"


class FreeRdp(unittest.TestCase):
    def check(self, version, refused):
        suite.require(xvfb.missing() or freerdp.FreeRdp.missing(version))
        display = self.enterContext(xvfb.display())
        peer = freerdp.FreeRdp(version, display, str(suite.folder(self)))
        self.assertRegex(peer.version(), rf"version {version}\.")
        with peer.serve({USER: PASSWORD}) as address:
            for password, status in ((PASSWORD, 0), (WRONG, refused), (PASSWORD, 0)):
                got, output = peer.connect(address, USER, password)
                self.assertEqual(got, status, output)

    def test_version_2(self):
        self.check(2, 147)

    def test_version_3(self):
        self.check(3, 132)


class Mechanisms(unittest.TestCase):
    def setUp(self):
        suite.require(gss.missing())
        accounts = suite.folder(self) / "accounts"
        accounts.write_text(f"{DOMAIN}:{USER}:{PASSWORD}\n")
        gss.use_accounts(str(accounts))

    def check(self, mech):
        client, server = gss.initiator(mech, USER, DOMAIN, PASSWORD), gss.acceptor(mech)
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(client.session_key(), server.session_key())
        self.assertEqual(server.unwrap(client.wrap(b"hello")), b"hello")
        client, server = gss.initiator(mech, USER, DOMAIN, WRONG), gss.acceptor(mech)
        self.assertFalse(shake_hands(client, server))

    def test_gss_ntlmssp(self):
        self.check(gss.NTLM)

    def test_gss_ntlmssp_in_spnego(self):
        self.check(gss.SPNEGO)

    def test_ntlm_auth(self):
        suite.require(ntlm_auth.missing())
        server = gss.acceptor(gss.NTLM)
        with ntlm_auth.NtlmAuth(USER, DOMAIN, PASSWORD) as client:
            self.assertTrue(shake_hands(client, server), server.failure)
            self.assertEqual(client.session_key(), server.session_key())


class PySpnego(unittest.TestCase):
    def test_versions(self):
        suite.require(pyspnego.missing())
        pyspnego.use_accounts(suite.folder(self) / "accounts", (USER, DOMAIN, PASSWORD))
        for ours, theirs in ((2, 6), (6, 2), (4, 4), (5, 6), (6, 6)):
            for mechanism in (pyspnego.BARE, pyspnego.WRAPPED):
                for password in (PASSWORD, WRONG):
                    client = pyspnego.initiator(ours, mechanism, USER, DOMAIN, password)
                    server = pyspnego.acceptor(theirs)
                    self.assertIs(shake_hands(client, server), password == PASSWORD,
                                  (client.failure, server.failure))
                    if server.complete:
                        self.assertEqual(server.version(), min(ours, theirs))
                        self.assertEqual(server.unwrap(client.wrap(b"hello")), b"hello")


class MitKdc(unittest.TestCase):
    def setUp(self):
        suite.require(mit_kdc.missing())
        self.folder = suite.folder(self)
        self.kdc = mit_kdc.MitKdc(self.folder)
        self.kdc.add_user(USER, PASSWORD)
        self.enterContext(self.kdc.serve())

    def check(self, cache):
        self.assertFalse(self.kdc.kinit(USER, WRONG, cache))
        self.assertTrue(self.kdc.kinit(USER, PASSWORD, cache))
        self.assertEqual(self.kdc.klist(cache)[0], f"{USER}@{mit_kdc.REALM}")
        self.kdc.kdestroy(cache)

    def test_tickets(self):
        self.check(f"FILE:{self.folder}/cc")

    def test_tickets_kept_by_kcm(self):
        suite.require(kcm.missing())
        _service, socket = self.enterContext(kcm.serve(self.folder / "krb5.conf"))
        self.kdc.configure(f"kcm_socket = {socket}")
        self.check("KCM:")


if __name__ == "__main__":
    suite.main()
