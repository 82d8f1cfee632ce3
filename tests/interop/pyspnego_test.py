"""CREDSSP against pyspnego in both roles, at each version from 2 to 6: logons, refusals, delegated
credentials and messages. The policy's credssp.encryption_oracle is what ENCRYPTION_ORACLE says,
which is how old a version may be."""

import os
import struct
import unittest
from itertools import product

from peers import pyspnego
from support import credssp, sspi, suite
from support.handshake import ByteByByte, shake_hands

ENCRYPTION_ORACLE = os.environ["ENCRYPTION_ORACLE"]
VERSIONS = 2, 3, 4, 5, 6
OLDEST_CLIENT = {"force": 5, "mitigated": 2, "vulnerable": 2}[ENCRYPTION_ORACLE]
OLDEST_SERVER = {"force": 5, "mitigated": 5, "vulnerable": 2}[ENCRYPTION_ORACLE]
TELL_ERRORS = 3, 4, 6  # [MS-CSSP] 2.2.1, errorCode
TLS = "TLS 1.2", "TLS 1.3"
MECHANISMS = pyspnego.BARE, pyspnego.WRAPPED

USER, DOMAIN, PASSWORD, WRONG = "alice", "DOMAIN", "Passw0rd!", "wrong"
UNICODE_USER, UNICODE_PASSWORD = "Jürgen", "Grüße-€-\U0001d11e"
MESSAGES = b"x", b"hello", bytes(range(256)) * 64  # the last fills a record
SPNEGO_INIT, NTLM_SIGNATURE = b"\x60", b"NTLMSSP\0"
STATUS_LOGON_FAILURE, STATUS_NOT_SUPPORTED = 0xC000006D, 0xC00000BB
# KERB_TICKET_LOGON and NTLM_REMOTE_SUPPLEMENTAL_CREDENTIAL: [MS-CSSP] 2.2.1.2.3.1.
TICKET_LOGON = struct.pack("<4I2Q", 10, 0, 2, 3, 32, 34) + b"STTGT"
NTLM_SUPPLEMENTAL = struct.pack("<2I20s2I", 0xFFFF0002, 8, bytes(range(16)), 2, 1) + b"x"
SEC_E_LOGON_DENIED = 0x8009030C  # is what pyspnego sends in the place of an NTSTATUS


def permitted(oldest):
    return [version for version in VERSIONS if version >= oldest]


def refused(oldest):
    return [version for version in VERSIONS if version < oldest]


class CredSsp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        suite.require(pyspnego.missing())
        cls.folder = suite.folder(cls)
        os.environ["OPENSSPI_POLICY"] = str(cls.folder / "policy.toml")
        cls.send_ntlm("auto")
        accounts = [(USER, DOMAIN, PASSWORD), (UNICODE_USER, DOMAIN, UNICODE_PASSWORD),
                    ("carol", "", PASSWORD)]
        sspi.make_accounts(cls.folder / "accounts.db", *accounts)
        pyspnego.use_accounts(cls.folder / "accounts", *accounts)
        cls.certificate = cls.enterClassContext(credssp.Certificate())

    def setUp(self):
        self.send_ntlm("auto")

    @classmethod
    def send_ntlm(cls, raw):
        """negotiate.raw_ntlm of clients to come."""
        (cls.folder / "policy.toml").write_text(
            f'[credssp]\nencryption_oracle = "{ENCRYPTION_ORACLE}"\n'
            f'[negotiate]\nraw_ntlm = "{raw}"\n')
        credssp.reload_policy()

    def our_client(self, user=USER, domain=DOMAIN, password=PASSWORD, **options):
        return self.enterContext(credssp.initiator(user, domain, password, **options))

    def our_server(self):
        return self.enterContext(credssp.acceptor(self.certificate))

    def completes(self, client, server, version):
        self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
        self.assertEqual((client.version(), server.version()), (version, version))
        for sender, receiver in ((client, server), (server, client), (client, server)):
            for message in MESSAGES:
                record = sender.wrap(message)
                self.assertGreater(len(record), len(message))
                self.assertEqual(receiver.unwrap(record), message)
        self.assertEqual(client.unwrap(server.wrap(b"a") + server.wrap(b"b")), b"ab")

    def completes_at(self, version, user=USER, domain=DOMAIN, password=PASSWORD):
        """Their client with our server, to see that a refusal leaves nothing behind."""
        server = self.our_server()
        self.completes(pyspnego.initiator(version, pyspnego.BARE, user, domain, password), server,
                       version)
        return server


class TheirClient(CredSsp):
    def test_accepted(self):
        for version, mechanism, tls in product(permitted(OLDEST_CLIENT), MECHANISMS, TLS):
            with self.subTest((version, mechanism, tls)):
                client = pyspnego.initiator(version, mechanism, USER, DOMAIN, PASSWORD,
                                            tls_version=tls)
                server = self.our_server()
                self.completes(client, server, version)
                self.assertEqual(server.names(), f"{DOMAIN}\\{USER}")
                self.assertEqual(server.delegated(), credssp.Delegated(USER, DOMAIN, PASSWORD))
                self.assertEqual(server.tls(), tls)
                self.assertEqual({request.version for request in client.received}, {6})

    def test_older_ones_than_the_policy_permits(self):
        versions = refused(OLDEST_CLIENT)
        self.assertEqual(versions, [2, 3, 4] if ENCRYPTION_ORACLE == "force" else [])
        for version, mechanism in product(versions, MECHANISMS):
            with self.subTest((version, mechanism)):
                client = pyspnego.initiator(version, mechanism, USER, DOMAIN, PASSWORD)
                server = self.our_server()
                self.assertFalse(shake_hands(client, server))
                self.assertEqual(server.failure.status, "SEC_E_UNSUPPORTED_FUNCTION")
                self.assertIn("CVE-2018-0886", str(server.failure))
                self.told(client, version, STATUS_NOT_SUPPORTED)
                self.assertEqual(len(client.sent), 1)
        self.completes_at(6)

    def test_names_and_passwords_beyond_ascii(self):
        server = self.completes_at(6, UNICODE_USER, DOMAIN, UNICODE_PASSWORD)
        self.assertEqual(server.delegated(),
                         credssp.Delegated(UNICODE_USER, DOMAIN, UNICODE_PASSWORD))

    def test_no_domain(self):
        server = self.completes_at(6, "carol", "")
        self.assertEqual(server.delegated(), credssp.Delegated("carol", "", PASSWORD))

    def test_a_wrong_password_and_an_unknown_user_are_refused_alike(self):
        cases = (USER, WRONG, "STATUS_WRONG_PASSWORD"), ("nobody", PASSWORD, "STATUS_NO_SUCH_USER")
        for version, mechanism, (user, password, reason) in product(permitted(OLDEST_CLIENT),
                                                                    MECHANISMS, cases):
            with self.subTest((version, mechanism, reason)):
                client = pyspnego.initiator(version, mechanism, user, DOMAIN, password)
                server = self.our_server()
                self.assertFalse(shake_hands(client, server))
                self.assertEqual(server.failure.status, "SEC_E_LOGON_DENIED")
                self.assertEqual(server.failure.reason, reason)
                self.told(client, version, STATUS_LOGON_FAILURE)
                self.completes_at(version)

    def told(self, client, version, status):
        self.assertIsNotNone(client.failure)
        codes = [request.error_code for request in client.received
                 if request.error_code is not None]
        self.assertEqual([code & 0xFFFFFFFF for code in codes],
                         [status] if version in TELL_ERRORS else [])

    def test_a_smart_card(self):
        data = "Virtual card", "Reader 0", "le-Container-1", "Microsoft Base Smart Card"
        for version, mechanism in product(permitted(OLDEST_CLIENT), MECHANISMS):
            with self.subTest((version, mechanism)):
                creds = pyspnego.structures.TSSmartCardCreds(
                    "12345€", pyspnego.structures.TSCspDataDetail(1, *data), UNICODE_USER, DOMAIN)
                client = pyspnego.initiator(version, mechanism, USER, DOMAIN, PASSWORD, creds)
                server = self.our_server()
                self.completes(client, server, version)
                self.assertEqual(server.delegated(), credssp.Delegated(
                    UNICODE_USER, DOMAIN, smart_card=credssp.SmartCard("12345€", *data, 1)))

    def test_a_smart_card_without_what_is_optional(self):
        creds = pyspnego.structures.TSSmartCardCreds("1", pyspnego.structures.TSCspDataDetail(2))
        server = self.our_server()
        self.completes(pyspnego.initiator(6, pyspnego.BARE, USER, DOMAIN, PASSWORD, creds), server,
                       6)
        self.assertEqual(server.delegated(), credssp.Delegated(
            "", "", smart_card=credssp.SmartCard("1", "", "", "", "", 2)))

    def test_a_byte_at_a_time(self):
        for mechanism, tls in product(MECHANISMS, TLS):
            with self.subTest((mechanism, tls)):
                client = pyspnego.initiator(6, mechanism, USER, DOMAIN, PASSWORD, tls_version=tls)
                server = ByteByByte(self.our_server())
                self.completes(client, server, 6)
                self.assertGreater(server.incomplete, 500)
                self.assertEqual(server.delegated(), credssp.Delegated(USER, DOMAIN, PASSWORD))

    def test_remote_credential_guard(self):
        ticket = pyspnego.structures.TSRemoteGuardPackageCred("Kerberos", TICKET_LOGON)
        key = pyspnego.structures.TSRemoteGuardPackageCred("NTLM", NTLM_SUPPLEMENTAL)
        fish = pyspnego.structures.TSRemoteGuardPackageCred("Fish", b"\0")
        cases = ((ticket, None), "SEC_E_UNSUPPORTED_FUNCTION", "remote credential guard"), \
            ((ticket, [key, fish]), "SEC_E_UNSUPPORTED_FUNCTION", "remote credential guard"), \
            ((key, None), "SEC_E_INVALID_TOKEN", "malformed")
        for creds, status, why in cases:
            with self.subTest(status):
                client = pyspnego.initiator(6, pyspnego.BARE, USER, DOMAIN, PASSWORD,
                                            pyspnego.structures.TSRemoteGuardCreds(*creds))
                server = self.our_server()
                token = client.step(b"")
                while not client.complete:  # which it is when it has sent its credential
                    token = client.step(server.step(token))
                server.step(token)
                self.assertEqual(server.failure.status, status)
                self.assertIn(why, str(server.failure))

    def test_nothing_delegated(self):
        creds = pyspnego.structures.TSPasswordCreds("", "", "")
        for version in permitted(OLDEST_CLIENT):
            with self.subTest(version):
                server = self.our_server()
                self.completes(pyspnego.initiator(version, pyspnego.BARE, USER, DOMAIN, PASSWORD,
                                                  creds), server, version)
                self.assertIsNone(server.delegated())
                self.assertEqual(server.names(), f"{DOMAIN}\\{USER}")


class TheirServer(CredSsp):
    def test_accepted(self):
        for raw, first in (("auto", NTLM_SIGNATURE), ("never", SPNEGO_INIT)):
            self.send_ntlm(raw)
            for version, tls in product(permitted(OLDEST_SERVER), TLS):
                with self.subTest((raw, version, tls)):
                    client = self.our_client()
                    server = pyspnego.acceptor(version, tls)
                    self.completes(client, server, version)
                    self.assertEqual(server.principal(), f"{DOMAIN}\\{USER}")
                    self.assertEqual(given(server), (DOMAIN, USER, PASSWORD))
                    self.assertEqual(client.tls(), tls)
                    self.assertTrue(
                        server.received[0].nego_tokens[0].nego_token.startswith(first))
                    self.assertEqual({request.version for request in server.received}, {6})

    def test_older_ones_than_the_policy_permits(self):
        versions = refused(OLDEST_SERVER)
        self.assertEqual(versions, [] if ENCRYPTION_ORACLE == "vulnerable" else [2, 3, 4])
        for version, raw in product(versions, ("auto", "never")):
            with self.subTest((version, raw)):
                self.send_ntlm(raw)
                client, server = self.our_client(), pyspnego.acceptor(version)
                self.assertFalse(shake_hands(client, server))
                self.assertEqual(client.failure.status, "SEC_E_UNSUPPORTED_FUNCTION")
                self.assertIn("CVE-2018-0886", str(client.failure))
                self.assertEqual(len(server.received), 1)  # neither its proof nor its credential

    def test_names_and_passwords_beyond_ascii(self):
        server = pyspnego.acceptor(6)
        self.completes(self.our_client(UNICODE_USER, DOMAIN, UNICODE_PASSWORD), server, 6)
        self.assertEqual(given(server), (DOMAIN, UNICODE_USER, UNICODE_PASSWORD))

    def test_no_domain(self):
        server = pyspnego.acceptor(6)
        self.completes(self.our_client("carol", ""), server, 6)
        self.assertEqual(given(server), ("", "carol", PASSWORD))

    def test_a_byte_at_a_time(self):
        for raw, tls in product(("auto", "never"), TLS):
            self.send_ntlm(raw)
            with self.subTest((raw, tls)):
                client, server = ByteByByte(self.our_client()), pyspnego.acceptor(6, tls)
                self.completes(client, server, 6)
                self.assertGreater(client.incomplete, 500)
                self.assertEqual(given(server), (DOMAIN, USER, PASSWORD))

    def test_nothing_delegated(self):
        for version in permitted(OLDEST_SERVER):
            with self.subTest(version):
                server = pyspnego.acceptor(version)
                self.completes(self.our_client(flags=credssp.WITHOUT_DELEGATION), server, version)
                self.assertEqual(given(server), ("", "", ""))

    def test_refused_for_a_wrong_password(self):
        for raw in ("auto", "never"):
            self.send_ntlm(raw)
            for version in permitted(OLDEST_SERVER):
                with self.subTest((raw, version)):
                    client, server = self.our_client(password=WRONG), pyspnego.acceptor(version)
                    self.assertFalse(shake_hands(client, server))
                    self.assertNotIn(True, [bool(request.auth_info) for request in server.received])
                    told = version in TELL_ERRORS
                    self.assertEqual([request.error_code & 0xFFFFFFFF for request in server.sent
                                      if request.error_code is not None],
                                     [SEC_E_LOGON_DENIED] if told else [])
                    # Where it is told nothing it waits for an answer.
                    self.assertEqual(client.status, "SEC_E_LOGON_DENIED" if told else sspi.CONTINUE)
                    if told:
                        self.assertIn("the server refused the logon", str(client.failure))


def given(server):
    creds = server.delegated()
    return creds.domain_name, creds.username, creds.password


if __name__ == "__main__":
    suite.main()
