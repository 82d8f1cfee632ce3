"""Kerberos against MIT's GSSAPI in both roles, over a KDC of its own: logons with tickets, with a
password and with a keytab, session keys, messages wrapped and signed both ways, channel bindings,
delegation, DCE's style, and what refusals say."""

import os
import unittest

from peers import gss, mit_kdc, program
from support import spnego, sspi, suite
from support.handshake import shake_hands

PASSWORD = "Passw0rd!"
REALM = mit_kdc.REALM
SPN, SERVICE = "HTTP/server.example.test", "HTTP@server.example.test"
TRUSTED, TRUSTED_SERVICE = "HTTP/trusted.example.test", "HTTP@trusted.example.test"
KERBEROS_OID = bytes.fromhex("06092a864886f712010202")
REQUEST_MIC_FOR_MS_KERBEROS = bytes.fromhex("a1143012a0030a0103a10b06092a864882f712010202")
USER_TO_USER_OID = bytes.fromhex("060a2a864886f71201020203")
BINDINGS = b"tls-server-end-point:" + bytes(range(32))
FLAGS = sspi.SEAL | sspi.MUTUAL


class Realm(unittest.TestCase):
    KDC_LIBDEFAULTS = ""

    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing() or gss.missing_library())
        cls.folder = suite.folder(cls)
        cls.kdc = mit_kdc.MitKdc(cls.folder, cls.KDC_LIBDEFAULTS)
        cls.kdc.add_user("alice", PASSWORD)
        cls.kdc.add_user("service", PASSWORD)
        cls.kdc.add_service(SPN, TRUSTED)
        cls.kdc.modify(TRUSTED, "+ok_as_delegate")
        os.environ.update(cls.kdc.environment)
        os.environ["KRB5RCACHENAME"] = f"file2:{cls.folder}/replays"
        cls.enterClassContext(cls.kdc.serve())

    def setUp(self):
        os.environ.update(self.kdc.environment)
        self.assertTrue(self.kdc.kinit("alice", PASSWORD, None, "-f"))
        self.addCleanup(self.kdc.kdestroy)

    def our_client(self, user=None, password=PASSWORD, flags=FLAGS, target=SPN, **options):
        return self.enterContext(sspi.initiator("Kerberos", user, REALM, password, flags=flags,
                                                target=target, **options))

    def our_server(self, **options):
        return self.enterContext(sspi.acceptor("Kerberos", **options))

    def their_client(self, flags=None, target=SERVICE, **options):
        return gss.kerberos_initiator(target, gss.SEAL | gss.MUTUAL if flags is None else flags,
                                      **options)

    def their_server(self, **options):
        return gss.acceptor(gss.KERBEROS, **options)

    def completes(self, client, server):
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(client.session_key(), server.session_key())

    def both_ways(self, ours, theirs, padding=b""):
        """`padding` is what a key has behind each of its messages."""
        for message in (b"x", b"", b"hello", bytes(range(256)) * 64):
            for encrypt in (True, False):
                self.assertEqual(theirs.unwrap(ours.wrap(message, encrypt)), message)
                self.assertEqual(ours.unwrap_stream(theirs.wrap(message, encrypt)), message)
                self.assertEqual(ours.qop, 0 if encrypt else sspi.NO_ENCRYPT)
                sealed = theirs.wrap(message, encrypt)
                size = len(sealed) - len(message + padding)
                self.assertEqual(ours.unwrap(sealed, size), message + padding)
                self.assertEqual(ours.qop, 0 if encrypt else sspi.NO_ENCRYPT)
            theirs.verify(message, ours.sign(message))
            ours.verify(message, theirs.sign(message))


class Logons(Realm):
    def test_our_client_and_their_server(self):
        client, server = self.our_client(), self.their_server()
        self.completes(client, server)
        self.assertEqual(server.initiator_name(), f"alice@{REALM}")
        self.assertEqual(client.names(), f"alice@{REALM}")
        self.assertEqual(client.native_names(), (f"alice@{REALM}", f"{SPN}@{REALM}"))
        self.assertEqual(client.package(), "Kerberos")
        self.both_ways(client, server)

    def test_their_client_and_our_server(self):
        client, server = self.their_client(), self.our_server()
        self.completes(client, server)
        self.assertEqual(server.names(), f"alice@{REALM}")
        self.assertEqual(server.native_names(), (f"alice@{REALM}", f"{SPN}@{REALM}"))
        self.both_ways(server, client)

    def test_without_mutual_authentication(self):
        tokens = []
        client, server = self.our_client(flags=sspi.SEAL), self.their_server()
        self.assertTrue(shake_hands(client, server, tokens))
        self.both_ways(client, server)
        client, server = self.their_client(gss.SEAL), self.our_server()
        self.assertTrue(shake_hands(client, server, tokens))
        self.both_ways(server, client)
        self.assertEqual(len(tokens), 2)  # one each

    def test_a_password_asks_the_kdc_once(self):
        self.kdc.kdestroy()
        with self.kdc.requests() as requests:
            client, server = self.our_client("alice"), self.their_server()
            self.completes(client, server)
            self.both_ways(client, server)
        self.assertEqual(server.initiator_name(), f"alice@{REALM}")
        self.assertEqual(len([line for line in requests if "AS_REQ" in line and
                              " ISSUE:" in line]), 1)

    def test_names_of_windows_are_of_the_realm(self):
        for user, domain in (("alice", "EXAMPLE"), ("alice", "example.test"), ("alice", ""),
                             (f"alice@{REALM.lower()}", "")):
            client = self.enterContext(sspi.initiator("Kerberos", user, domain, PASSWORD,
                                                      flags=FLAGS, target=SPN))
            server = self.their_server()
            self.completes(client, server)
            self.assertEqual(server.initiator_name(), f"alice@{REALM}")

    def test_a_server_with_a_password(self):
        server = self.our_server(identity=("service", REALM, PASSWORD))
        self.completes(self.our_client(target=f"service@{REALM}"), server)
        self.assertEqual(server.native_names()[1], f"service@{REALM}")
        wrong = self.our_server(identity=("service", REALM, "wrong"))
        client = self.our_client(target=f"service@{REALM}")
        self.assertFalse(shake_hands(client, wrong))
        self.assertEqual(wrong.failure.status, "SEC_E_LOGON_DENIED")
        self.assertEqual(client.failure.status, "SEC_E_WRONG_PRINCIPAL")

    def test_dce_style(self):
        client, server = self.our_client(flags=FLAGS | sspi.DCE_STYLE), self.their_server()
        self.completes(client, server)
        client, server = self.their_client(gss.SEAL | gss.MUTUAL | gss.DCE_STYLE), \
            self.our_server(flags=sspi.DCE_STYLE)
        self.completes(client, server)
        self.assertEqual(server.names(), f"alice@{REALM}")


class Spnego(Realm):
    """Negotiate has Kerberos before NTLM."""

    def our_client(self, user=None, flags=FLAGS, **options):
        return self.enterContext(sspi.initiator("Negotiate", user, REALM, PASSWORD, flags=flags,
                                                target=SPN, **options))

    def our_server(self, **options):
        return self.enterContext(sspi.acceptor("Negotiate", **options))

    def their_client(self):
        return gss.kerberos_initiator(SERVICE, gss.SEAL | gss.MUTUAL, mech=gss.SPNEGO)

    def their_server(self):
        return gss.acceptor(gss.SPNEGO)

    def check(self, client, server, ours):
        self.completes(client, server)
        self.assertEqual(ours.package(), "Kerberos")
        self.both_ways(ours, server if ours is client else client)

    def test_our_client_with_tickets(self):
        client = self.our_client()
        self.check(client, self.their_server(), client)

    def test_our_client_with_a_password(self):
        client = self.our_client("alice")
        self.check(client, self.their_server(), client)

    def test_their_server_knows_no_user_to_user(self):
        """It takes the next mechanism, and both protect the list."""
        client = self.our_client(flags=FLAGS | sspi.USER_TO_USER)
        self.check(client, self.their_server(), client)

    def test_our_server(self):
        server = self.our_server()
        self.check(self.their_client(), server, server)
        self.assertEqual(server.names(), f"alice@{REALM}")

    def test_ours_on_both_sides(self):
        client, server = self.our_client(), self.our_server()
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(server.unwrap_stream(client.wrap(b"hello")), b"hello")
        self.assertEqual(client.unwrap_stream(server.wrap(b"hello")), b"hello")

    def test_ntlm_where_the_kdc_knows_no_such_target(self):
        sspi.make_accounts(self.folder / "accounts.db", ("alice", REALM, PASSWORD))
        client = self.enterContext(sspi.initiator("Negotiate", "alice", REALM, PASSWORD,
                                                  flags=FLAGS, target="HTTP/unknown.example.test"))
        server = self.our_server()
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual(client.package(), "NTLM")


class SpnegoUserToUser(Realm):
    """Under its own OID, with KERB-TGT-REQUEST as the optimistic token. Ours on both sides."""

    def our_client(self, user="alice", flags=FLAGS | sspi.USER_TO_USER, target=SPN):
        return self.enterContext(sspi.initiator("Negotiate", user, REALM, PASSWORD, flags=flags,
                                                target=target))

    def our_server(self, **options):
        return self.enterContext(sspi.acceptor("Negotiate", **options))

    def check(self, client, server, num_tokens, package="Kerberos"):
        tokens = []
        self.assertTrue(shake_hands(client, server, tokens), (client.failure, server.failure))
        self.assertEqual(len(tokens), num_tokens)
        self.assertEqual(client.package(), package)
        self.assertEqual(server.unwrap_stream(client.wrap(b"hello")), b"hello")
        self.assertEqual(client.unwrap_stream(server.wrap(b"hello")), b"hello")
        return tokens

    def test_with_a_keytab(self):
        first, second = self.check(self.our_client(), self.our_server(), 4)[:2]
        at = first.index(USER_TO_USER_OID)
        self.assertLess(at, first.index(KERBEROS_OID))  # the first choice
        self.assertEqual(second.count(USER_TO_USER_OID), 2)  # selected, and around the ticket

    def test_with_a_password(self):
        self.check(self.our_client(target=f"service@{REALM}"),
                   self.our_server(identity=("service", REALM, PASSWORD)), 4)

    def test_where_the_kdc_wants_it(self):
        self.kdc.modify("service", "-allow_svr")
        self.addCleanup(self.kdc.modify, "service", "+allow_svr")
        self.check(self.our_client(flags=FLAGS, target=f"service@{REALM}"),
                   self.our_server(identity=("service", REALM, PASSWORD)), 4)

    def test_under_kerberos_own_name(self):
        """As sspi-rs offers it."""
        client = self.enterContext(sspi.initiator("Kerberos", "alice", REALM, PASSWORD,
                                                  flags=FLAGS | sspi.USER_TO_USER, target=SPN))
        server = self.our_server()
        reply = server.step(spnego.offer([spnego.MS_KERBEROS, spnego.KERBEROS, spnego.NTLM],
                                         client.step(b"")))
        self.assertEqual(spnego.selected(reply), spnego.MS_KERBEROS)
        reply = server.step(spnego.response(client.step(spnego.token(reply))))
        client.step(spnego.token(reply))
        self.assertTrue(client.complete and server.complete, (client.failure, server.failure))
        self.assertEqual(server.unwrap_stream(client.wrap(b"hello")), b"hello")

    def test_a_server_that_cannot_log_on_takes_the_next_mechanism(self):
        self.kdc.modify(SPN, "-pwexpire", "yesterday")
        self.addCleanup(self.kdc.modify, SPN, "-pwexpire", "never")
        tokens = self.check(self.our_client(), self.our_server(), 5)
        self.assertEqual(tokens[1], REQUEST_MIC_FOR_MS_KERBEROS)

    def test_a_server_without_keys_takes_ntlm(self):
        sspi.make_accounts(self.folder / "accounts.db", ("alice", REALM, PASSWORD))
        os.environ["KRB5_KTNAME"] = f"FILE:{self.folder}/none"
        self.check(self.our_client(), self.our_server(), 6, "NTLM")


class Enctypes(Realm):
    """Each type of key, which the configuration leaves both sides to agree on."""

    KDC_LIBDEFAULTS = "allow_rc4 = true"

    def check(self, enctype, name, padding=b""):
        service = f"HTTP/{name}.example.test"
        self.kdc.add_service(service, enctype=enctype)
        self.addCleanup(self.kdc.configure, "")
        self.kdc.configure(f"permitted_enctypes = {enctype} aes256-cts\n")
        self.assertTrue(self.kdc.kinit("alice", PASSWORD))
        self.kdc.kvno(service)
        self.kdc.configure(f"permitted_enctypes = {enctype}\n")
        client, server = self.our_client(target=service), self.their_server()
        self.completes(client, server)
        self.both_ways(client, server, padding)
        client, server = self.their_client(target=f"HTTP@{name}.example.test"), self.our_server()
        self.completes(client, server)
        self.both_ways(server, client, padding)
        return len(server.session_key())

    def test_aes128_sha1(self):
        self.assertEqual(self.check("aes128-cts-hmac-sha1-96", "aes128"), 16)

    def test_aes128_sha2(self):
        self.assertEqual(self.check("aes128-cts-hmac-sha256-128", "sha256"), 16)

    def test_aes256_sha2(self):
        self.assertEqual(self.check("aes256-cts-hmac-sha384-192", "sha384"), 32)

    def test_rc4(self):
        self.assertEqual(self.check("arcfour-hmac", "rc4", b"\x01"), 16)


class UserToUser(Realm):
    """Ours on both sides: GSSAPI knows it not."""

    def check(self, client, server):
        tokens = []
        self.assertTrue(shake_hands(client, server, tokens), (client.failure, server.failure))
        self.assertEqual([token[token.index(USER_TO_USER_OID) + 12:][:2].hex()
                          for token in tokens], ["0400", "0401", "0100", "0200"])
        self.assertEqual(client.session_key(), server.session_key())
        self.assertEqual(server.names(), f"alice@{REALM}")
        self.assertEqual({side.mechanism() for side in (client, server)}, {"Kerberos-U2U"})
        self.assertEqual(server.unwrap_stream(client.wrap(b"hello")), b"hello")
        self.assertEqual(client.unwrap_stream(server.wrap(b"hello")), b"hello")

    def test_with_a_keytab(self):
        with self.kdc.requests() as requests:
            for target in (SPN, TRUSTED, SPN):
                self.check(self.our_client(flags=FLAGS | sspi.USER_TO_USER, target=target),
                           self.our_server())
        self.assertTrue([line for line in requests if "TGS_REQ" in line])

    def test_with_a_password(self):
        self.check(self.our_client("alice", flags=FLAGS | sspi.USER_TO_USER,
                                   target=f"service@{REALM}"),
                   self.our_server(identity=("service", REALM, PASSWORD)))

    def test_channel_bindings(self):
        flags = FLAGS | sspi.USER_TO_USER
        self.check(self.our_client(flags=flags, bindings=BINDINGS),
                   self.our_server(bindings=BINDINGS))
        server = self.our_server(bindings=BINDINGS)
        self.assertFalse(shake_hands(self.our_client(flags=flags), server))
        self.assertEqual(server.failure.status, "SEC_E_BAD_BINDINGS")

    def test_under_another_ticket(self):
        client = self.our_client(flags=FLAGS | sspi.USER_TO_USER)
        token = client.step(self.our_server().step(client.step(b"")))
        server = self.our_server()
        server.step(token)
        self.assertEqual(server.failure.status, "SEC_E_LOGON_DENIED")


class Bindings(Realm):
    def test_their_server_holds_our_client_to_the_channel(self):
        self.completes(self.our_client(bindings=BINDINGS), self.their_server(bindings=BINDINGS))
        client, server = self.our_client(bindings=BINDINGS + b"x"), \
            self.their_server(bindings=BINDINGS)
        self.assertFalse(shake_hands(client, server))
        self.assertEqual(client.failure.status, "SEC_E_LOGON_DENIED")  # it was told

    def test_our_server_holds_their_client_to_the_channel(self):
        self.completes(self.their_client(bindings=BINDINGS), self.our_server(bindings=BINDINGS))
        for bindings in (BINDINGS + b"x", None):
            server = self.our_server(bindings=BINDINGS)
            self.assertFalse(shake_hands(self.their_client(bindings=bindings), server))
            self.assertEqual(server.failure.status, "SEC_E_BAD_BINDINGS")

    def test_who_knows_of_channels_and_sees_none_is_refused(self):
        client, server = self.our_client(), self.their_server(bindings=BINDINGS)
        self.assertFalse(shake_hands(client, server))
        self.assertEqual(client.failure.status, "SEC_E_LOGON_DENIED")
        self.addCleanup(self.kdc.configure, "")
        for knows in (False, True):
            self.kdc.configure(f"client_aware_channel_bindings = {str(knows).lower()}\n")
            server = self.our_server(bindings=BINDINGS, flags=sspi.BINDINGS_OPTIONAL)
            self.assertEqual(shake_hands(self.their_client(), server), not knows)


class Delegation(Realm):
    def test_their_server_gets_our_tickets(self):
        client, server = self.our_client(flags=FLAGS | sspi.DELEGATE, target=TRUSTED), \
            self.their_server()
        self.completes(client, server)
        self.assertEqual(str(server.context.delegated_creds.name), f"alice@{REALM}")

    def test_our_server_gets_tickets(self):
        for client in (self.their_client(gss.DELEGATE | gss.SEAL, TRUSTED_SERVICE),
                       self.our_client(flags=FLAGS | sspi.DELEGATE, target=TRUSTED)):
            server = self.our_server(flags=sspi.DELEGATE)
            self.completes(client, server)
            cache = f"FILE:{suite.folder(self)}/client"
            server.store_tickets(cache)
            self.assertEqual(self.kdc.klist(cache)[0], f"alice@{REALM}")
            with self.kdc.as_who_has(cache):  # the KDC takes them
                self.completes(self.our_client(), self.our_server())

    def test_our_server_passes_them_over_when_nobody_asked(self):
        client, server = self.their_client(gss.DELEGATE | gss.SEAL, TRUSTED_SERVICE), \
            self.our_server()
        self.completes(client, server)
        with self.assertRaises(sspi.SspiError) as raised:
            server.store_tickets(f"FILE:{suite.folder(self)}/client")
        self.assertEqual(raised.exception.status, "SEC_E_NO_CREDENTIALS")

    def test_only_servers_that_the_kdc_trusts_get_tickets(self):
        client, server = self.our_client(flags=FLAGS | sspi.DELEGATE), self.their_server()
        self.completes(client, server)
        self.assertIsNone(server.context.delegated_creds)


class Refusals(Realm):
    def test_of_the_kdc(self):
        for user, password, target, status, reason in (
                ("alice", "wrong", SPN, "SEC_E_LOGON_DENIED", "STATUS_WRONG_PASSWORD"),
                ("nobody", PASSWORD, SPN, "SEC_E_LOGON_DENIED", "STATUS_NO_SUCH_USER"),
                ("alice", PASSWORD, "HTTP/unknown.example.test", "SEC_E_TARGET_UNKNOWN", "")):
            client = self.our_client(user, password, target=target)
            self.assertEqual(client.step(b""), b"")
            self.assertEqual((client.failure.status, client.failure.reason), (status, reason))

    def test_of_nobody(self):
        client = self.enterContext(sspi.initiator("Kerberos", "alice", "NOWHERE.TEST", PASSWORD,
                                                  flags=FLAGS, target=SPN))
        self.assertEqual(client.step(b""), b"")
        self.assertEqual(client.failure.status, "SEC_E_NO_AUTHENTICATING_AUTHORITY")

    def test_a_replay(self):
        token = self.their_client().step(b"")
        self.assertTrue(self.our_server().step(token))
        server = self.our_server()
        server.step(token)
        self.assertEqual(server.failure.status, "SEC_E_LOGON_DENIED")


class NoKdc(Realm):
    def test_is_an_authority_that_cannot_be_reached(self):
        self.kdc.configure("", program.free_port())
        self.addCleanup(self.kdc.configure, "")
        client = self.our_client("alice")
        self.assertEqual(client.step(b""), b"")
        self.assertEqual(client.failure.status, "SEC_E_NO_AUTHENTICATING_AUTHORITY")


if __name__ == "__main__":
    suite.main()
