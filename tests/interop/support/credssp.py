"""The package CREDSSP as sspi.py has the others: contexts that carry TLS, the credential that a
client delegates, and messages in TLS records."""

import ctypes
from ctypes import POINTER, Structure, byref, c_char_p, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass

from support import sspi
# What every package needs, and tests do not.
from support.sspi import _TOKEN, _DATA, _AuthIdentity, _ANSI_IDENTITY, _Client, _Server, _SmartCard, \
    _buffers, _bytes, _check, _library

TARGET = "TERMSRV/server.domain.test"  # that credentials go there is the policy's default

_DELEGATE, _MUTUAL, _REPLAY, _SEQUENCE, _CONFIDENTIALITY, _SUPPLIED = 1, 2, 4, 8, 0x10, 0x80
_PROTECTION = _REPLAY | _SEQUENCE | _CONFIDENTIALITY
WITHOUT_DELEGATION = _MUTUAL | _SUPPLIED | _PROTECTION | 0x4000 | 0x8000  # extended error, stream
DELEGATION = _DELEGATE | WITHOUT_DELEGATION
_SERVER_FLAGS = _DELEGATE | _PROTECTION | 0x8000 | 0x10000  # as 0x4000 and 0x8000 of a client

_EMPTY, _EXTRA, _STREAM_TRAILER, _STREAM_HEADER = 0, 5, 6, 7
_STREAM_SIZES = 4
_SUBMIT_PASSWORD, _SUBMIT_SCHANNEL, _SUBMIT_BOTH, _SUBMIT_EXTENDED = 2, 4, 50, 100
_SUBMIT_CERTIFICATE = 13
_REDIRECT = 1
_CREDS_2 = 0x80000086
_SCHANNEL_CRED_VERSION = 4
_TLS_1_2 = {"client": 0x800, "server": 0x400}


class _CredSspCred(Structure):
    _fields_ = [("type", c_uint32), ("schannel", c_void_p), ("spnego", c_void_p)]


class _CredSspCredEx(Structure):
    _fields_ = [("type", c_uint32), ("version", c_uint32), ("flags", c_uint32),
                ("reserved", c_uint32), ("cred", _CredSspCred)]


class _ClientCreds(Structure):
    _fields_ = [("size", c_uint32), ("buffer", c_void_p)]


class _SchannelCred(Structure):
    _fields_ = [("version", c_uint32), ("certificate_count", c_uint32),
                ("certificates", POINTER(c_void_p)), ("root_store", c_void_p),
                ("mapper_count", c_uint32), ("mappers", c_void_p),
                ("algorithm_count", c_uint32), ("algorithms", c_void_p),
                ("protocols", c_uint32), ("minimum_strength", c_uint32),
                ("maximum_strength", c_uint32), ("session_lifespan", c_uint32),
                ("flags", c_uint32), ("format", c_uint32)]


class _StreamSizes(Structure):
    _fields_ = [(name, c_uint32) for name in ("header", "trailer", "maximum", "buffers", "block")]


class _Identity(Structure):
    _fields_ = [("user", c_char_p), ("domain", c_char_p), ("password", c_void_p),
                ("password_size", c_size_t), ("smart_card", POINTER(_SmartCard))]


class _TlsInfo(Structure):
    _fields_ = [("protocol", ctypes.c_uint16), ("cipher_suite", ctypes.c_uint16),
                ("version", c_char_p), ("cipher_suite_name", ctypes.c_char * 64)]


@dataclass
class SmartCard:
    pin: str
    card_name: str
    reader_name: str
    container_name: str
    csp_name: str
    key_spec: int


@dataclass
class Delegated:
    """What a server was given; `password` or `smart_card` is None."""
    user: str
    domain: str
    password: str = None
    smart_card: SmartCard = None


class Certificate:
    """A self-signed one with its key, for servers."""

    def __init__(self, name="server.domain.test"):
        certificate, key = c_char_p(), c_char_p()
        sizes = c_size_t(), c_size_t()
        _check(_library.opensspi_make_self_signed(name.encode(), byref(certificate),
                                                  byref(sizes[0]), byref(key), byref(sizes[1])))
        self._context = c_void_p()
        try:
            _check(_library.opensspi_certificate_from_pem(certificate, sizes[0], key, sizes[1],
                                                          None, byref(self._context)))
        finally:
            for text in (certificate, key):
                _library.opensspi_free(text)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _library.CertFreeCertificateContext(self._context)

    def credential(self, protocols):
        return _SchannelCred(version=_SCHANNEL_CRED_VERSION, certificate_count=1,
                             certificates=ctypes.pointer(self._context), protocols=protocols)


class _CredSspPeer:
    """What both sides do otherwise than the other packages."""

    def step(self, token):
        """The bytes to send. What comes in may hold several messages."""
        sent = b""
        while True:
            parts = ((_TOKEN, _bytes(token)), (_EMPTY, None)) if token else ()
            output, buffers = self._call(*parts)
            sent += output
            extra = next((b.size for b in buffers if b.type == _EXTRA), 0) if parts else 0
            if not extra or self.status != sspi.CONTINUE:
                return sent
            token = token[-extra:]

    def version(self):
        """The CredSSP version that both sides speak."""
        version = c_uint32()
        _check(_library.opensspi_credssp_version(byref(self._context), byref(version)))
        return version.value

    def tls(self):
        info = _TlsInfo()
        _check(_library.opensspi_tls(byref(self._context), byref(info)))
        return info.version.decode()

    def delegated(self):
        """What the client delegated; None when it delegated nothing."""
        identity = _Identity()
        try:
            _check(_library.opensspi_delegated_credential(byref(self._context), byref(identity)))
        except sspi.SspiError as error:
            if error.status == "SEC_E_NO_CREDENTIALS":
                return None
            raise
        try:
            return _delegated(identity)
        finally:
            _library.opensspi_identity_free(byref(identity))

    def creds_2(self):
        """The packed logon of what was delegated, in bytes."""
        creds = self._query(_CREDS_2, _ClientCreds())
        try:
            return ctypes.string_at(creds.buffer, creds.size)
        finally:
            _library.FreeContextBuffer(creds.buffer)

    def wrap(self, message):
        """The message in one TLS record."""
        sizes = self._query(_STREAM_SIZES, _StreamSizes())
        parts = bytes(sizes.header), message, bytes(sizes.trailer)
        memory = [_bytes(part) for part in parts]
        buffers, array = _buffers(*zip((_STREAM_HEADER, _DATA, _STREAM_TRAILER), memory),
                                  (_EMPTY, None))
        _check(_library.EncryptMessage(byref(self._context), c_uint32(0), byref(buffers),
                                       c_uint32(0)))
        return b"".join(bytes(part[:buffer.size]) for part, buffer in zip(memory, array))

    def unwrap(self, records):
        """The messages of all these records in one."""
        message = b""
        while records:
            memory = _bytes(records)
            array = self._decrypt((_DATA, memory), *[(_EMPTY, None)] * 3)
            message += b"".join(ctypes.string_at(buffer.bytes, buffer.size)
                                for buffer in array if buffer.type == _DATA)
            extra = next((buffer.size for buffer in array if buffer.type == _EXTRA), 0)
            records = records[len(records) - extra:]
        return message


class _CredSspClient(_CredSspPeer, _Client):
    pass


class _CredSspServer(_CredSspPeer, _Server):
    def __init__(self, credential):
        self._flags = _SERVER_FLAGS
        sspi.SspiPeer.__init__(self, "CREDSSP", sspi.INBOUND, credential, None)


def _delegated(identity):
    card = None
    if identity.smart_card:
        fields = identity.smart_card.contents
        card = SmartCard(*(getattr(fields, name).decode() for name in (
            "pin", "card_name", "reader_name", "container_name", "csp_name")), fields.key_spec)
    password = None
    if identity.password:
        password = ctypes.string_at(identity.password, identity.password_size).decode()
    return Delegated(identity.user.decode(), identity.domain.decode(), password, card)


def _protocols(side, tls):
    """SCHANNEL_CRED's grbitEnabledProtocols for "TLS 1.2", "TLS 1.3"; 0, for both, without."""
    return {None: 0, "TLS 1.2": _TLS_1_2[side], "TLS 1.3": _TLS_1_2[side] << 2}[tls]


def card_holder(pin, target=TARGET, **card):
    """A client with a smart card, as sspi.packed_card() has it."""
    schannel = _SchannelCred(version=_SCHANNEL_CRED_VERSION)
    with sspi.packed_card(pin, **card) as logon:
        both = _CredSspCred(_SUBMIT_CERTIFICATE, ctypes.addressof(schannel),
                            ctypes.addressof(logon))
        return _CredSspClient("CREDSSP", both, DELEGATION, target, None)


def guarded(user, domain, password, target=TARGET):
    """A client with Remote Credential Guard; with user None whoever has tickets."""
    identity = None
    if user is not None:
        texts = [text.encode() for text in (user, domain, password)]
        identity = _AuthIdentity(*(field for text in texts for field in (text, len(text))),
                                 _ANSI_IDENTITY)
    schannel = _SchannelCred(version=_SCHANNEL_CRED_VERSION)
    spnego = None if identity is None else ctypes.addressof(identity)
    both = _CredSspCredEx(_SUBMIT_EXTENDED, 0, _REDIRECT, 0, _CredSspCred(
        _SUBMIT_BOTH, ctypes.addressof(schannel), spnego))
    return _CredSspClient("CREDSSP", both, DELEGATION, target, None)


def reload_policy():
    """Reads the policy's file again, for contexts to come."""
    _check(_library.opensspi_reload_policy())


def initiator(user, domain, password, flags=DELEGATION, target=TARGET, tls=None):
    texts = [text.encode() for text in (user, domain, password)]
    identity = _AuthIdentity(*(field for text in texts for field in (text, len(text))),
                             _ANSI_IDENTITY)
    schannel = _SchannelCred(version=_SCHANNEL_CRED_VERSION, protocols=_protocols("client", tls))
    both = _CredSspCred(_SUBMIT_BOTH, ctypes.addressof(schannel), ctypes.addressof(identity))
    return _CredSspClient("CREDSSP", both, flags, target, None)


def acceptor(certificate, tls=None):
    schannel = certificate.credential(_protocols("server", tls))
    return _CredSspServer(_CredSspCred(_SUBMIT_SCHANNEL, ctypes.addressof(schannel), None))
