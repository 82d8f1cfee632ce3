"""Our NTLM server, bare and as Negotiate, against Samba's client."""

import unittest

from peers import ntlm_auth
from support import sspi, suite
from support.handshake import shake_hands

USER, DOMAIN, PASSWORD, WRONG = "alice", "DOMAIN", "Passw0rd!", "wrong"


class NtlmAuth(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(ntlm_auth.missing())
        sspi.make_accounts(suite.folder(cls) / "accounts.db", (USER, DOMAIN, PASSWORD))

    def client(self, password=PASSWORD, user=USER):
        return self.enterContext(ntlm_auth.NtlmAuth(user, DOMAIN, password))

    def server(self, package):
        return self.enterContext(sspi.acceptor(package))

    def accepts(self, package):
        client, server = self.client(), self.server(package)
        self.assertTrue(shake_hands(client, server), server.failure)
        self.assertEqual(server.names(), f"{DOMAIN}\\{USER}")
        self.assertEqual(client.session_key(), server.session_key())

    def refuses(self, package, client, reason):
        server = self.server(package)
        self.assertFalse(shake_hands(client, server))
        self.assertEqual(server.failure.status, "SEC_E_LOGON_DENIED")
        self.assertEqual(server.failure.reason, reason)

    def test_accepted(self):
        for package in ("NTLM", "Negotiate"):
            with self.subTest(package):
                self.accepts(package)

    def test_refused(self):
        for package in ("NTLM", "Negotiate"):
            with self.subTest(package):
                self.refuses(package, self.client(WRONG), "STATUS_WRONG_PASSWORD")
                self.refuses(package, self.client(user="nobody"), "STATUS_NO_SUCH_USER")
                self.accepts(package)


if __name__ == "__main__":
    suite.main()
