"""NTLM, bare and negotiated in SPNEGO, against gss-ntlmssp in both roles: logons, refusals,
session keys, channel bindings, and messages wrapped and signed both ways."""

import unittest

from peers import gss
from support import sspi, suite
from support.handshake import shake_hands

USER, DOMAIN, PASSWORD, WRONG = "alice", "DOMAIN", "Passw0rd!", "wrong"
UNICODE_USER, UNICODE_PASSWORD = "Jürgen", "Grüße-€-\U0001d11e"
TERMSRV = "TERMSRV/server.domain.test"
BINDINGS = b"tls-server-end-point:" + bytes(range(32))
MECH_LIST_MIC = bytes.fromhex("a312 0410 01000000")  # [3], 16 octets, NTLM's version
NEGOTIATE_MESSAGE = b"NTLMSSP\0\1\0\0\0"


class Exchange(unittest.TestCase):
    """Both sides of one mechanism; the classes below say which."""
    package = theirs = None

    @classmethod
    def setUpClass(cls):
        suite.require(gss.missing())
        folder = suite.folder(cls)
        accounts = [(USER, DOMAIN, PASSWORD), (UNICODE_USER, DOMAIN, UNICODE_PASSWORD)]
        file = folder / "accounts"
        file.write_text("".join(f"{domain}:{user}:{password}\n"
                                for user, domain, password in accounts), encoding="utf-8")
        gss.use_accounts(str(file))
        sspi.make_accounts(folder / "accounts.db", *accounts)

    def our_client(self, password=PASSWORD, user=USER, **options):
        return self.enterContext(
            sspi.initiator(self.package, user, DOMAIN, password, **options))

    def their_client(self, password=PASSWORD, user=USER, **options):
        return gss.initiator(self.theirs, user, DOMAIN, password, **options)

    def our_server(self, **options):
        return self.enterContext(sspi.acceptor(self.package, **options))

    def their_server(self, **options):
        return gss.acceptor(self.theirs, **options)

    def completes(self, client, server):
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(client.session_key(), server.session_key())

    def both_ways(self, a, b):
        # Alternating, as a sequence number that one side miscounts shows later only. Empty
        # messages are left out: gss-ntlmssp takes none.
        for sender, receiver in ((a, b), (b, a), (a, b), (a, b)):
            for message in (b"x", b"hello", bytes(range(256)) * 64):
                sealed = sender.wrap(message)
                self.assertEqual(len(sealed), 16 + len(message))
                if len(message) >= 5:  # one byte in 256 is encrypted to itself
                    self.assertNotIn(message, sealed[16:])
                self.assertEqual(receiver.unwrap(sealed), message)
                receiver.verify(message, sender.sign(message))


class Tests:
    """What holds for every mechanism."""

    def test_our_client_and_their_server(self):
        client, server = self.our_client(), self.their_server()
        self.completes(client, server)
        self.assertEqual(server.initiator_name(), f"{DOMAIN}\\{USER}")
        self.assertEqual(client.package(), "NTLM")
        self.both_ways(client, server)

    def test_their_client_and_our_server(self):
        client, server = self.their_client(), self.our_server()
        self.completes(client, server)
        self.assertEqual(server.names(), f"{DOMAIN}\\{USER}")
        self.assertEqual(server.package(), "NTLM")
        self.both_ways(client, server)

    def test_messages_as_one_stream(self):
        client, server = self.their_client(), self.our_server()
        self.completes(client, server)
        for message in (b"hello", bytes(5000)):
            self.assertEqual(server.unwrap_stream(client.wrap(message)), message)

    def test_signing_only(self):
        client, server = self.our_client(flags=sspi.SIGN), self.their_server()
        self.completes(client, server)
        server.verify(b"hello", client.sign(b"hello"))
        client.verify(b"hello", server.sign(b"hello"))
        client, server = self.their_client(flags=gss.SIGN), self.our_server()
        self.completes(client, server)
        server.verify(b"hello", client.sign(b"hello"))
        client.verify(b"hello", server.sign(b"hello"))

    def test_names_and_passwords_beyond_ascii(self):
        client = self.our_client(UNICODE_PASSWORD, UNICODE_USER)
        self.completes(client, self.their_server())
        server = self.our_server()
        self.completes(self.their_client(UNICODE_PASSWORD, UNICODE_USER), server)
        self.assertEqual(server.names(), f"{DOMAIN}\\{UNICODE_USER}")

    def test_their_server_refuses_a_wrong_password(self):
        client, server = self.our_client(WRONG), self.their_server()
        self.assertFalse(shake_hands(client, server))
        self.assertFalse(server.complete)
        self.completes(self.our_client(), self.their_server())

    def test_our_server_refuses_a_wrong_password_and_an_unknown_user(self):
        for password, user, reason in ((WRONG, USER, "STATUS_WRONG_PASSWORD"),
                                       (PASSWORD, "nobody", "STATUS_NO_SUCH_USER")):
            client, server = self.their_client(password, user), self.our_server()
            self.assertFalse(shake_hands(client, server))
            self.assertEqual(server.failure.status, "SEC_E_LOGON_DENIED")
            self.assertEqual(server.failure.reason, reason)
            self.completes(self.their_client(), self.our_server())

    def test_changed_messages_are_refused(self):
        client, server = self.their_client(), self.our_server()
        self.completes(client, server)
        sealed = client.wrap(b"hello")
        changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
        for call in (lambda: server.unwrap(changed), lambda: server.verify(b"hello", sealed[:16])):
            with self.assertRaises(sspi.SspiError) as raised:
                call()
            self.assertEqual(raised.exception.status, "SEC_E_MESSAGE_ALTERED")

    def test_our_client_binds_to_their_channel(self):
        self.completes(self.our_client(bindings=BINDINGS), self.their_server(bindings=BINDINGS))
        client = self.our_client(bindings=BINDINGS + b"x")
        self.assertFalse(shake_hands(client, self.their_server(bindings=BINDINGS)))

    def test_our_server_holds_their_client_to_the_channel(self):
        self.completes(self.their_client(bindings=BINDINGS), self.our_server(bindings=BINDINGS))
        client, server = self.their_client(bindings=BINDINGS + b"x"), \
            self.our_server(bindings=BINDINGS)
        self.assertFalse(shake_hands(client, server))
        self.assertEqual(server.failure.status, "SEC_E_BAD_BINDINGS")


class Ntlm(Tests, Exchange):
    package, theirs = "NTLM", gss.NTLM

    def test_their_server_says_why(self):
        server = self.their_server()
        self.assertFalse(shake_hands(self.our_client(WRONG), server))
        self.assertIsNotNone(server.failure)

    def test_the_first_message_is_bare(self):
        self.assertTrue(self.our_client().step(b"").startswith(NEGOTIATE_MESSAGE))


class Spnego(Tests, Exchange):
    package, theirs = "Negotiate", gss.SPNEGO

    def test_the_first_message_is_wrapped(self):
        self.assertTrue(self.our_client().step(b"").startswith(b"\x60"))

    def test_both_sides_sign_the_mechanisms(self):
        for client, server in ((self.our_client(), self.their_server()),
                               (self.their_client(), self.our_server())):
            tokens = []
            self.assertTrue(shake_hands(client, server, tokens))
            self.assertEqual([MECH_LIST_MIC in token for token in tokens],
                             [False, False, True, True])

    def test_our_client_says_that_it_was_rejected(self):
        client = self.our_client(WRONG)
        self.assertFalse(shake_hands(client, self.their_server()))
        self.assertEqual(client.failure.status, "SEC_E_LOGON_DENIED")

    def test_raw_ntlm_for_remote_desktop(self):
        client, server = self.our_client(target=TERMSRV), gss.acceptor(gss.NTLM)
        self.assertTrue(self.our_client(target=TERMSRV).step(b"").startswith(NEGOTIATE_MESSAGE))
        self.completes(client, server)
        self.both_ways(client, server)

    def test_our_server_takes_raw_ntlm(self):
        client = gss.initiator(gss.NTLM, USER, DOMAIN, PASSWORD)
        server = self.our_server()
        self.completes(client, server)
        self.both_ways(client, server)


if __name__ == "__main__":
    suite.main()
