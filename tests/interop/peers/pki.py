"""A certification authority for PKINIT: certificates of users as Windows' smart cards have them, and
of a KDC (RFC 4556 3.2.4, Appendix C)."""

import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
_PKINIT_NAME = x509.ObjectIdentifier("1.3.6.1.5.2.2")
_SMART_CARD_LOGON = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.2")
_KDC = x509.ObjectIdentifier("1.3.6.1.5.2.3.5")
_DAY = datetime.timedelta(days=1)


class Authority:
    """Its certificate is `path`."""

    def __init__(self, folder, name="Test CA"):
        self._folder = folder
        folder.mkdir(exist_ok=True)
        self.path = folder / "ca.pem"
        self._key = _new_key()
        self._name = _name(name)
        certificate = _sign(self._name, self._name, self._key, self._key, _DAY,
                            (x509.BasicConstraints(ca=True, path_length=None), True))
        self.path.write_bytes(_pem(certificate))

    def issue_user(self, upn, lasts=_DAY):
        """For logging on as `upn`."""
        return self._issue(upn.partition("@")[0], lasts, _SMART_CARD_LOGON,
                           x509.OtherName(_UPN, _tlv(0x0C, upn.encode())))

    def issue_kdc(self, realm, lasts=_DAY, dns="kdc.example.test"):
        text = [_tlv(0x1B, name.encode()) for name in (realm, "krbtgt", realm)]
        name = _tlv(0x30, _tlv(0xA0, _tlv(0x02, b"\2")) + _tlv(0xA1, _tlv(0x30, text[1] + text[2])))
        principal = _tlv(0x30, _tlv(0xA0, text[0]) + _tlv(0xA1, name))
        return self._issue("kdc", lasts, _KDC, x509.OtherName(_PKINIT_NAME, principal),
                           x509.DNSName(dns))

    def _issue(self, name, lasts, usage, *names):
        key = _new_key()
        certificate = _sign(
            _name(name), self._name, key, self._key, lasts,
            (x509.SubjectAlternativeName(names), False), (x509.ExtendedKeyUsage([usage]), False),
            (x509.KeyUsage(True, False, True, False, True, False, False, False, False), True))
        return Issued(self._folder, name, certificate, key)


class Issued:
    """A certificate and its key, in two files in PEM."""

    def __init__(self, folder, name, certificate, key):
        number = certificate.serial_number
        self.path, self.key_path = folder / f"{name}-{number}.pem", folder / f"{name}-{number}.key"
        self.path.write_bytes(_pem(certificate))
        self.key_path.write_bytes(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))
        self.key_path.chmod(0o600)
        self.der = certificate.public_bytes(serialization.Encoding.DER)


def _new_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _sign(subject, issuer, key, issuers_key, lasts, *extensions):
    """`lasts`: from now; negative for one that has expired."""
    now = datetime.datetime.utcnow()
    builder = (x509.CertificateBuilder().subject_name(subject).issuer_name(issuer)
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now - 2 * _DAY).not_valid_after(now + lasts)
               .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
               .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                   issuers_key.public_key()), False))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuers_key, hashes.SHA256())


def _tlv(tag, contents):
    """DER, of less than 128 bytes."""
    return bytes([tag, len(contents)]) + contents
