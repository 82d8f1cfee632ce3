"""Logging on with certificates (PKINIT), over MIT's KDC: with a key that the program holds and with
one on a card (SoftHSM), against MIT's GSSAPI, in CredSSP, and what refusals say."""

import datetime
import os
import unittest

from peers import gss, mit_kdc, pki, soft_card
from support import credssp, schannel, sspi, suite
from support.command import ACCEPTED, Command
from support.handshake import shake_hands

REALM = mit_kdc.REALM
SPN = "HTTP/server.example.test"
UPN = f"alice@{REALM}"
FLAGS = sspi.SEAL | sspi.MUTUAL
YESTERDAY = datetime.timedelta(days=-1)


class Realm(unittest.TestCase):
    KDC_REALM = REALM

    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing() or soft_card.missing() or gss.missing_library())
        cls.folder = suite.folder(cls)
        cls.authority = pki.Authority(cls.folder / "ca")
        cls.stranger = pki.Authority(cls.folder / "another", "Another CA")
        kdc = cls.authority.issue_kdc(cls.KDC_REALM)
        cls.kdc = mit_kdc.MitKdc(
            cls.folder, f"pkinit_anchors = FILE:{cls.authority.path}",
            f" pkinit_identity = FILE:{kdc.path},{kdc.key_path}\n"
            f" pkinit_anchors = FILE:{cls.authority.path}\n"
            f" pkinit_anchors = FILE:{cls.stranger.path}\n"
            " pkinit_allow_upn = true\n pkinit_eku_checking = scLogin\n")
        cls.kdc.add_user("alice", "Passw0rd!")
        cls.kdc.modify("alice", "+requires_preauth")
        cls.kdc.add_service(SPN, "TERMSRV/localhost")
        cls.certificate = cls.authority.issue_user(UPN)
        cls.readers = soft_card.Readers(cls.folder / "readers")
        os.environ.update({**cls.kdc.environment, **cls.readers.environment,
                           "KRB5RCACHENAME": f"file2:{cls.folder}/replays"})
        cls.enterClassContext(cls.kdc.serve())

    def tearDown(self):
        self.trust(self.authority)
        os.environ.update(self.__class__.readers.environment)

    def trust(self, *authorities):
        anchors = "".join(f"pkinit_anchors = FILE:{authority.path}\n" for authority in authorities)
        self.kdc.configure(anchors)

    def with_certificate(self, certificate, package="Kerberos"):
        own = self.enterContext(sspi.OwnCertificate(certificate.path, certificate.key_path))
        return self.enterContext(sspi.initiator(package, own.name, "", "", flags=FLAGS, target=SPN))

    def with_card(self, pin=soft_card.PIN, package="Kerberos", **names):
        return self.enterContext(sspi.card_holder(package, pin, flags=FLAGS, target=SPN, **names))

    def logs_on(self, client):
        server = gss.acceptor(gss.KERBEROS if client.package_name == "Kerberos" else gss.SPNEGO)
        self.assertTrue(shake_hands(client, server), (client.failure, server))
        self.assertEqual(server.initiator_name(), UPN)

    def refused(self, client, status, reason=""):
        """The words of the refusal."""
        client.step(b"")
        self.assertIsNotNone(client.failure)
        self.assertEqual((client.failure.status, client.failure.reason), (status, reason),
                         client.failure)
        return str(client.failure)


class Certificates(Realm):
    def test_logs_on(self):
        for package in ("Kerberos", "Negotiate"):
            self.logs_on(self.with_certificate(self.certificate, package))

    def test_that_has_expired(self):
        expired = self.authority.issue_user(UPN, YESTERDAY)
        self.refused(self.with_certificate(expired), "SEC_E_SMARTCARD_CERT_EXPIRED",
                     "STATUS_SMARTCARD_CERT_EXPIRED")

    def test_of_another_authority(self):
        foreign = pki.Authority(self.folder / "nobodys", "Nobody's CA")
        certificate = foreign.issue_user(UPN)
        words = self.refused(self.with_certificate(certificate), "SEC_E_ISSUING_CA_UNTRUSTED",
                             "STATUS_ISSUING_CA_UNTRUSTED")
        self.assertIn("pkinit_anchors", words)
        self.trust(self.authority, foreign)
        words = self.refused(self.with_certificate(certificate), "SEC_E_ISSUING_CA_UNTRUSTED",
                             "STATUS_ISSUING_CA_UNTRUSTED")
        self.assertIn("the KDC does not trust", words)

    def test_of_another_user(self):
        client = self.with_certificate(self.certificate)
        self.kdc.add_user("carol", "Passw0rd!")
        self.kdc.modify("carol", "+requires_preauth")
        readers = soft_card.Readers(self.folder / "carols")
        readers.put_in("carol", self.certificate)
        os.environ.update(readers.environment)
        self.refused(self.with_card(user=f"carol@{REALM}"), "SEC_E_PKINIT_NAME_MISMATCH",
                     "STATUS_PKINIT_NAME_MISMATCH")
        self.logs_on(client)

    def test_of_nobody_that_the_kdc_knows(self):
        self.refused(self.with_certificate(self.authority.issue_user(f"dave@{REALM}")),
                     "SEC_E_LOGON_DENIED", "STATUS_NO_SUCH_USER")

    def test_a_kdc_that_is_not_trusted(self):
        self.trust(self.stranger)  # who vouches for the client, with whom the KDC agrees
        self.refused(self.with_certificate(self.stranger.issue_user(UPN)),
                     "SEC_E_ISSUING_CA_UNTRUSTED_KDC", "STATUS_ISSUING_CA_UNTRUSTED_KDC")

    def test_without_the_plugin(self):
        self.kdc.configure(f"pkinit_anchors = FILE:{self.authority.path}\n"
                           "[plugins]\nclpreauth = {\n disable = pkinit\n}\n")
        self.assertIn("krb5-pkinit", self.refused(self.with_certificate(self.certificate),
                                                  "SEC_E_UNSUPPORTED_FUNCTION"))


class Cards(Realm):
    def setUp(self):
        self.readers = soft_card.Readers(suite.folder(self) / "readers")
        os.environ.update(self.readers.environment)

    def test_logs_on(self):
        self.readers.put_in("alice", self.certificate)
        for package in ("Kerberos", "Negotiate"):
            self.logs_on(self.with_card(package=package))
        self.logs_on(self.with_card(card_name="alice", container_name="certificate 1"))
        self.logs_on(self.with_card(user="alice", domain="EXAMPLE"))

    def test_named_by_the_certificates_hash(self):
        self.readers.put_in("alice", self.certificate)
        with sspi.OwnCertificate(self.certificate.path, self.certificate.key_path) as own:
            name = own.name
        self.logs_on(self.enterContext(sspi.initiator("Negotiate", name, "", soft_card.PIN,
                                                      flags=FLAGS, target=SPN)))

    def test_the_certificate_for_logging_on_is_taken(self):
        self.readers.put_in("alice", self.authority.issue_user(UPN, YESTERDAY), self.certificate)
        self.logs_on(self.with_card())
        self.refused(self.with_card(container_name="01"), "SEC_E_SMARTCARD_CERT_EXPIRED",
                     "STATUS_SMARTCARD_CERT_EXPIRED")

    def test_a_wrong_pin(self):
        self.readers.put_in("alice", self.certificate)
        for package in ("Kerberos", "Negotiate"):
            with self.kdc.requests() as requests:
                client = self.with_card("999999", package)
                self.refused(client, "SEC_E_LOGON_DENIED", "STATUS_SMARTCARD_WRONG_PIN")
            self.assertEqual(requests, [])

    def test_beside_keys_of_tls(self):
        self.readers.put_in("alice", self.certificate)
        self.readers.put_in("hsm", self.authority.issue_user("server@example.test"))
        with schannel.TokenCertificate("pkcs11:token=hsm", soft_card.PIN) as certificate:
            self.logs_on(self.with_card(card_name="alice"))
            self.assertIn("has the smart card open",
                          self.refused(self.with_card(card_name="hsm"),
                                       "SEC_E_UNSUPPORTED_FUNCTION"))
            for version in ("TLS 1.2", "TLS 1.3"):
                with schannel.initiator(certificate, "localhost", version) as client, \
                        schannel.acceptor(certificate, version) as server:
                    schannel.meet(client, server)

    def test_no_pin(self):
        self.readers.put_in("alice", self.certificate)
        self.assertIn("wants its PIN", self.refused(self.with_card(""), "SEC_E_NO_CREDENTIALS"))

    def test_no_card(self):
        self.refused(self.with_card(reader_name="nowhere"), "SEC_E_NO_CREDENTIALS",
                     "STATUS_SMARTCARD_NO_CARD")

    def test_no_certificate(self):
        self.readers.put_in("empty")
        self.refused(self.with_card(), "SEC_E_NO_CREDENTIALS", "STATUS_SMARTCARD_NO_CERTIFICATE")


class AnothersKdc(Realm):
    KDC_REALM = "OTHER.TEST"

    def test_is_not_believed(self):
        self.refused(self.with_certificate(self.certificate), "SEC_E_MUTUAL_AUTH_FAILED")


class InCredSsp(Realm):
    def setUp(self):
        self.command = Command(suite.folder(self))
        self.command.environment.update({**self.kdc.environment, **self.readers.environment})
        self.command.environment["KRB5RCACHENAME"] = os.environ["KRB5RCACHENAME"]
        self.command.add_account("alice", "Passw0rd!")  # whoever judges, must be somebody
        self.server = self.enterContext(self.command.serve())

    def connect(self, *options):
        address = self.server.address.replace("127.0.0.1", "localhost")
        status, answer, output = self.command.connect_with(address, *options)
        self.assertEqual(status, ACCEPTED, output)
        self.assertEqual(answer["mechanism"], "Kerberos")
        logon, = self.server.new_logons()
        self.assertTrue(logon["accepted"], logon)
        self.assertEqual(logon["user"], UPN)
        return logon

    def test_a_certificate(self):
        self.connect("--cert", self.certificate.path, "--key", self.certificate.key_path)

    def test_what_a_server_is_given(self):
        self.readers.put_in("alices", self.certificate)
        os.environ["OPENSSPI_ACCOUNTS"] = self.command.environment["OPENSSPI_ACCOUNTS"]
        with credssp.Certificate("localhost") as certificate, \
                credssp.card_holder(soft_card.PIN, "TERMSRV/localhost", card_name="alices",
                                    container_name="01", csp_name="Provider") as client, \
                credssp.acceptor(certificate) as server:
            self.assertTrue(shake_hands(client, server), (client.failure, server.failure))
            self.assertEqual(server.names(), UPN)
            delegated = server.delegated()
        self.assertIsNone(delegated.password)
        self.assertEqual(delegated.smart_card, credssp.SmartCard(
            soft_card.PIN, "alices", "", "01", "Provider", 1))

    def test_a_card(self):
        self.readers.put_in("alice", self.certificate)
        pin = self.folder / "pin"
        pin.write_text(soft_card.PIN)
        self.connect("--smart-card", "--pin-file", pin)


if __name__ == "__main__":
    suite.main()
