"""The package Schannel over a socket, with a certificate whose key is on a PKCS#11 token."""

from ctypes import byref, string_at

from support import credssp, sspi
# What every package needs, and tests do not.
from support.credssp import _EMPTY, _EXTRA, _CredSspPeer, _protocols
from support.sspi import _DATA, _Client, _Server, _buffers, _bytes, _check, _library, _name

_PACKAGE = "Schannel"
_FLAGS = 4 | 8 | 0x10 | 0x4000 | 0x8000  # replay, sequence, confidentiality, extended error, stream
_SERVER_FLAGS = 4 | 8 | 0x10 | 0x8000 | 0x10000
_MANUAL_VALIDATION = 8  # SCHANNEL_CRED.dwFlags
_RECORD_HEADER = 5
_RENEGOTIATE = "SEC_I_RENEGOTIATE"


class TokenCertificate(credssp.Certificate):
    def __init__(self, uri, pin=None):
        self._context = credssp.c_void_p()
        _check(_library.opensspi_certificate_from_pkcs11(
            uri.encode(), None if pin is None else pin.encode(), byref(self._context)))


class _Peer(_CredSspPeer):
    """`connection`: a socket."""

    def shake_hands(self, connection):
        token = self.step(b"") if isinstance(self, _Client) else b""
        connection.sendall(token)
        while self.status == sspi.CONTINUE:
            connection.sendall(self.step(_record(connection)))
        if not self.complete:
            raise self.failure

    def send(self, connection, text):
        connection.sendall(self.wrap(text.encode()))

    def line(self, connection):
        """The next one, with its end."""
        text = b""
        while not text.endswith(b"\n"):
            text += self._text_of(_record(connection), connection)
        return text.decode()

    def _text_of(self, record, connection):
        """b"" for what TLS 1.3 says after its handshake, which another leg takes."""
        memory = _bytes(record)
        buffers, array = _buffers((_DATA, memory), *[(_EMPTY, None)] * 3)
        status = _library.DecryptMessage(byref(self._context), byref(buffers), 0, None)
        parts = {buffer.type: string_at(buffer.bytes, buffer.size) for buffer in array
                 if buffer.bytes}
        if _name(status) == _RENEGOTIATE:
            connection.sendall(self.step(parts.get(_EXTRA, b"")))
            return b""
        _check(status)
        return parts[_DATA]


class _TlsClient(_Peer, _Client):
    pass


class _TlsServer(_Peer, _Server):
    pass


def initiator(certificate, target, tls=None):
    """Judges no server."""
    cred = certificate.credential(_protocols("client", tls))
    cred.flags = _MANUAL_VALIDATION
    return _TlsClient(_PACKAGE, cred, _FLAGS, target, None)


def acceptor(certificate, tls=None):
    return _TlsServer(_PACKAGE, _SERVER_FLAGS, None,
                      certificate.credential(_protocols("server", tls)))


def meet(client, server):
    """The handshake of two of ours."""
    token = client.step(b"")
    while not (client.complete and server.complete):
        token = server.step(token)
        if not client.complete:
            token = client.step(token)
        if client.failure or server.failure:
            raise server.failure or client.failure


def _record(connection):
    header = _exactly(connection, _RECORD_HEADER)
    return header + _exactly(connection, int.from_bytes(header[3:5], "big"))


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            raise ConnectionError("the peer has closed the connection")
        data += part
    return data
