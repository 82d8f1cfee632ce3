"""Our side of an interop test, in this process: libopensspi.so (OPENSSPI_LIBRARY) through its C
ABI, by ctypes. The narrow functions are used, whose text is UTF-8. Layouts and numbers are
Windows', written down here a second time so that a mistake in our headers shows."""

import contextlib
import ctypes
import datetime
import os
import subprocess
import sys
from ctypes import POINTER, Structure, byref, c_char_p, c_int32, c_int64, c_size_t, c_ubyte, \
    c_uint16, c_uint32, c_void_p

OK, CONTINUE = "SEC_E_OK", "SEC_I_CONTINUE_NEEDED"

INBOUND, OUTBOUND = 1, 2
_DELEGATE, _MUTUAL_AUTH, _REPLAY, _SEQUENCE, _CONFIDENTIALITY = 0x1, 0x2, 0x4, 0x8, 0x10
_CLIENT_INTEGRITY = 0x10000
_DATA, _TOKEN, _PADDING, _STREAM, _BINDINGS = 1, 2, 9, 10, 14
_SIZES, _NAMES, _SESSION_KEY, _NEGOTIATION_INFO, _NATIVE_NAMES = 0, 1, 9, 12, 13
NO_ENCRYPT = 0x80000001
NO_QOP = 0x77  # what nobody answers
_ANSI_IDENTITY = 1
_TOKEN_ROOM = 48256
_KDC_PROXY_SETTINGS, _KDC_PROXY_VERSION, _FORCE_PROXY = 3, 1, 1

SIGN = _CLIENT_INTEGRITY | _REPLAY | _SEQUENCE
SEAL = SIGN | _CONFIDENTIALITY
MUTUAL = _MUTUAL_AUTH
DELEGATE = _DELEGATE | _MUTUAL_AUTH
USER_TO_USER = 0x20
DCE_STYLE = 0x200
BINDINGS_OPTIONAL = 0x10000000


class SspiError(Exception):
    """`status` and, for a refused logon, `reason` are names of codes."""

    def __init__(self, status, reason="", why=""):
        super().__init__(f"{status} {reason} {why}")
        self.status = status
        self.reason = reason


class _Handle(Structure):
    _fields_ = [("lower", c_void_p), ("upper", c_void_p)]


class _Buffer(Structure):
    _fields_ = [("size", c_uint32), ("type", c_uint32), ("bytes", c_void_p)]


class _BufferDesc(Structure):
    _fields_ = [("version", c_uint32), ("count", c_uint32), ("buffers", POINTER(_Buffer))]


class _AuthIdentity(Structure):
    _fields_ = [("user", c_char_p), ("user_length", c_uint32),
                ("domain", c_char_p), ("domain_length", c_uint32),
                ("password", c_char_p), ("password_length", c_uint32), ("flags", c_uint32)]


class _Sizes(Structure):
    _fields_ = [("max_token", c_uint32), ("max_signature", c_uint32), ("block", c_uint32),
                ("security_trailer", c_uint32)]


class _SessionKey(Structure):
    _fields_ = [("length", c_uint32), ("key", POINTER(c_ubyte))]


class _Names(Structure):
    _fields_ = [("user", c_void_p)]


class _NativeNames(Structure):
    _fields_ = [("client", c_void_p), ("server", c_void_p)]


class _PackageInfo(Structure):
    _fields_ = [("capabilities", c_uint32), ("version", c_uint16), ("rpc_id", c_uint16),
                ("max_token", c_uint32), ("name", c_char_p), ("comment", c_char_p)]


class _NegotiationInfo(Structure):
    _fields_ = [("package", POINTER(_PackageInfo)), ("state", c_uint32)]


class _CertCredentialInfo(Structure):
    _fields_ = [("size", c_uint32), ("hash", c_ubyte * 20)]


class _SmartCard(Structure):
    _fields_ = [("pin", c_char_p), ("pin_size", c_size_t), ("card_name", c_char_p),
                ("reader_name", c_char_p), ("container_name", c_char_p), ("csp_name", c_char_p),
                ("key_spec", c_uint32)]


class _Error(Structure):
    _fields_ = [("status", c_int32), ("nt_status", c_uint32), ("value", c_int64),
                ("why", c_char_p)]


def _load():
    """The library; with AddressSanitizer this process must begin with its run-time."""
    path = os.environ["OPENSSPI_LIBRARY"]
    needed = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True,
                            timeout=30).stdout
    asan = next((word.strip("[]") for word in needed.split() if word.startswith("[libasan.so")), "")
    if asan and os.environ.get("LD_PRELOAD") != asan:
        # Python leaks at its end, and peers in this process call strndup on what has no terminator.
        options = ":".join([os.environ.get("ASAN_OPTIONS", ""), "detect_leaks=0",
                            "strict_string_checks=0"])
        os.execve(sys.executable, sys.orig_argv,
                  {**os.environ, "LD_PRELOAD": asan, "ASAN_OPTIONS": options})
    os.environ.pop("LD_PRELOAD", None)  # not for other programs that this one starts
    library = ctypes.CDLL(path)
    for name in ("opensspi_status_name", "opensspi_nt_status_name"):
        getattr(library, name).restype = c_char_p
    for name in ("opensspi_account_add", "opensspi_account_set_enabled"):
        getattr(library, name).argtypes = [c_void_p, c_char_p, c_char_p,
                                           c_char_p if name.endswith("add") else c_int32]
    library.opensspi_accounts_close.argtypes = [c_void_p]
    for name in ("FreeContextBuffer", "CredFree", "CertFreeCertificateContext", "opensspi_free"):
        getattr(library, name).argtypes = [c_void_p]
    library.CertGetCertificateContextProperty.argtypes = [c_void_p, c_uint32, c_void_p, c_void_p]
    return library


_library = _load()


def _name(status):
    return _library.opensspi_status_name(c_int32(status)).decode()


def _check(status):
    if status == 0:
        return
    error = _Error()
    _library.opensspi_last_error(byref(error))
    reason = _library.opensspi_nt_status_name(c_uint32(error.nt_status)).decode()
    raise SspiError(_name(status), reason if error.nt_status else "", error.why.decode())


def make_accounts(path, *accounts):
    """The accounts that servers of this process ask: (user, domain, password) each."""
    os.environ["OPENSSPI_ACCOUNTS"] = str(path)
    store = c_void_p()
    _check(_library.opensspi_accounts_open(None, byref(store)))
    try:
        for user, domain, password in accounts:
            _check(_library.opensspi_account_add(store, user.encode(), domain.encode(),
                                                 password.encode()))
    finally:
        _library.opensspi_accounts_close(store)


class OwnCertificate:
    """A certificate with its key, from two files, that the process holds while this is open. `name`
    stands for it where a user's name is wanted."""

    def __init__(self, certificate, key):
        texts = [path.read_bytes() for path in (certificate, key)]
        self._context = c_void_p()
        _check(_library.opensspi_certificate_from_pem(
            *[field for text in texts for field in (text, c_size_t(len(text)))], None,
            byref(self._context)))
        info = _CertCredentialInfo(24)
        name = c_void_p()
        if not _library.CertGetCertificateContextProperty(self._context, c_uint32(3), info.hash,
                                                          byref(c_uint32(20))) or \
                not _library.CredMarshalCredentialA(c_uint32(1), byref(info), byref(name)):
            raise SspiError("no name for the certificate")
        self.name = ctypes.string_at(name).decode()
        _library.CredFree(name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _library.CertFreeCertificateContext(self._context)


def _buffers(*parts):
    """A buffer description of (type, ctypes array or None) pairs, with its own buffers."""
    array = (_Buffer * len(parts))()
    for buffer, (kind, data) in zip(array, parts):
        buffer.type = kind
        buffer.size = 0 if data is None else len(data)
        buffer.bytes = None if data is None else ctypes.cast(data, c_void_p)
    return _BufferDesc(0, len(parts), array), array


def _bytes(data):
    return (c_ubyte * len(data)).from_buffer_copy(data) if data else (c_ubyte * 0)()


def _channel_bindings(application_data):
    head = [0] * 6 + [len(application_data), 32]
    return _bytes(b"".join(number.to_bytes(4, "little") for number in head) + application_data)


class Credential:
    """A credential that is asked nothing but what it is."""

    def __init__(self, package, use=OUTBOUND, principal=None):
        self._handle, expiry = _Handle(), c_int64()
        name = None if principal is None else principal.encode()
        _check(_library.AcquireCredentialsHandleA(name, package.encode(), c_uint32(use), None, None,
                                                  None, None, byref(self._handle), byref(expiry)))
        self._expiry = expiry.value

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _check(_library.FreeCredentialsHandle(byref(self._handle)))

    def name(self):
        names = _Names()
        _check(_library.QueryCredentialsAttributesA(byref(self._handle), c_uint32(_NAMES),
                                                    byref(names)))
        try:
            return ctypes.string_at(names.user).decode()
        finally:
            _library.FreeContextBuffer(names.user)

    def expiry(self):
        """In local time, None for never."""
        if self._expiry == 0x7FFFFFFFFFFFFFFF:
            return None
        return datetime.datetime(1601, 1, 1) + datetime.timedelta(microseconds=self._expiry // 10)


class SspiPeer:
    """One context. `failure` is the SspiError that ended the exchange, `qop` what DecryptMessage
    said of the last message."""

    def __init__(self, package, use, identity, bindings):
        self.status = CONTINUE
        self.failure = None
        self.package_name = package
        self.qop = NO_QOP
        self._context = None
        self._bindings = bindings
        self._credential = _Handle()
        data = byref(identity) if identity is not None else None
        _check(_library.AcquireCredentialsHandleA(
            None, package.encode(), c_uint32(use), None, data, None, None,
            byref(self._credential), None))

    def close(self):
        if self._context is not None:
            _check(_library.DeleteSecurityContext(byref(self._context)))
        _check(_library.FreeCredentialsHandle(byref(self._credential)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def set_kdc_proxy(self, server, forced):
        """SetCredentialsAttributes: contexts to come reach KDCs through it."""
        text, head = server.encode("utf-16-le"), 16
        numbers = ((_KDC_PROXY_VERSION, 4), (_FORCE_PROXY if forced else 0, 4), (head, 2),
                   (len(text), 2), (0, 2), (0, 2))
        settings = b"".join(number.to_bytes(size, "little") for number, size in numbers) + text
        _check(_library.SetCredentialsAttributesW(
            byref(self._credential), c_uint32(_KDC_PROXY_SETTINGS), _bytes(settings),
            c_uint32(len(settings))))

    @property
    def complete(self):
        return self.status == OK

    def step(self, token):
        """The token to send, b"" for none."""
        parts = [(_TOKEN, _bytes(token))] if token else []
        if self._bindings is not None:
            parts.append((_BINDINGS, _channel_bindings(self._bindings)))
        return self._call(*parts)[0]

    def _call(self, *parts):
        """One leg with these buffers: what it gives to send, and its buffers afterwards."""
        given, array = _buffers(*parts)
        room = (c_ubyte * _TOKEN_ROOM)()
        output, answer = _buffers((_TOKEN, room))
        context = _Handle()
        old = None if self._context is None else byref(self._context)
        status = self._leg(old, byref(given) if parts else None, byref(context), byref(output))
        self.status = _name(status)
        if status >= 0 and self._context is None:
            self._context = context
        if status < 0:
            try:
                _check(status)
            except SspiError as error:
                self.failure = self.failure or error
        return bytes(room[:answer[0].size]), array

    def wrap(self, message, encrypt=True):
        """As GSS_Wrap: the token, the message, the padding."""
        sizes = self._sizes()
        signature, padding = (c_ubyte * sizes.security_trailer)(), (c_ubyte * sizes.block)()
        data = _bytes(message)
        buffers, array = _buffers((_TOKEN, signature), (_DATA, data), (_PADDING, padding))
        quality = 0 if encrypt else NO_ENCRYPT
        _check(_library.EncryptMessage(byref(self._context), c_uint32(quality), byref(buffers),
                                       c_uint32(0)))
        return bytes(signature[:array[0].size]) + bytes(data) + bytes(padding[:array[2].size])

    def unwrap(self, message, size=None):
        """In both of Windows' forms: the parts here, one stream in unwrap_stream. `size`: of the
        token before the message."""
        size = self._sizes().security_trailer if size is None else size
        data = _bytes(message[size:])
        self._decrypt((_TOKEN, _bytes(message[:size])), (_DATA, data))
        return bytes(data)

    def unwrap_stream(self, message):
        stream = _bytes(message)
        array = self._decrypt((_STREAM, stream), (_DATA, None))
        return ctypes.string_at(array[1].bytes, array[1].size)

    def sign(self, message):
        signature = (c_ubyte * self._sizes().max_signature)()
        buffers, array = _buffers((_TOKEN, signature), (_DATA, _bytes(message)))
        _check(_library.MakeSignature(byref(self._context), c_uint32(0), byref(buffers),
                                      c_uint32(0)))
        return bytes(signature[:array[0].size])

    def verify(self, message, signature):
        buffers, _array = _buffers((_TOKEN, _bytes(signature)), (_DATA, _bytes(message)))
        _check(_library.VerifySignature(byref(self._context), byref(buffers), c_uint32(0), None))

    @contextlib.contextmanager
    def impersonating(self):
        """Meanwhile this thread acts as the client."""
        _check(_library.ImpersonateSecurityContext(byref(self._context)))
        try:
            yield
        finally:
            _check(_library.RevertSecurityContext(byref(self._context)))

    def store_tickets(self, cache):
        """Those that the client has handed over."""
        token = c_void_p()
        _check(_library.QuerySecurityContextToken(byref(self._context), byref(token)))
        try:
            _check(_library.opensspi_token_store_tickets(token, cache.encode()))
        finally:
            _library.opensspi_close_handle(token)

    def session_key(self):
        key = self._query(_SESSION_KEY, _SessionKey())
        try:
            return bytes(key.key[:key.length])
        finally:
            _library.FreeContextBuffer(key.key)

    def names(self):
        names = self._query(_NAMES, _Names())
        try:
            return ctypes.string_at(names.user).decode()
        finally:
            _library.FreeContextBuffer(names.user)

    def native_names(self):
        """Those of client and server."""
        names = self._query(_NATIVE_NAMES, _NativeNames())
        try:
            return tuple(ctypes.string_at(name).decode() for name in (names.client, names.server))
        finally:
            _library.FreeContextBuffer(names.client)
            _library.FreeContextBuffer(names.server)

    def mechanism(self):
        name = c_char_p()
        _check(_library.opensspi_mechanism(byref(self._context), byref(name)))
        return name.value.decode()

    def package(self):
        """The package that does the work, below Negotiate."""
        info = self._query(_NEGOTIATION_INFO, _NegotiationInfo())
        try:
            return info.package.contents.name.decode()
        finally:
            _library.FreeContextBuffer(info.package)

    def _sizes(self):
        return self._query(_SIZES, _Sizes())

    def _query(self, attribute, value):
        _check(_library.QueryContextAttributesA(byref(self._context), c_uint32(attribute),
                                                byref(value)))
        return value

    def _decrypt(self, *parts):
        buffers, array = _buffers(*parts)
        qop = c_uint32(NO_QOP)
        _check(_library.DecryptMessage(byref(self._context), byref(buffers), c_uint32(0),
                                       byref(qop)))
        self.qop = qop.value
        return array


class _Client(SspiPeer):
    def __init__(self, package, identity, flags, target, bindings):
        self._flags, self._target = flags, target.encode()
        super().__init__(package, OUTBOUND, identity, bindings)

    def _leg(self, old, given, new, output):
        return _library.InitializeSecurityContextA(
            byref(self._credential), old, self._target, c_uint32(self._flags), c_uint32(0),
            c_uint32(0), given, c_uint32(0), new, output, byref(c_uint32()), None)


class _Server(SspiPeer):
    def __init__(self, package, flags, bindings, identity):
        self._flags = flags
        super().__init__(package, INBOUND, identity, bindings)

    def _leg(self, old, given, new, output):
        return _library.AcceptSecurityContext(
            byref(self._credential), old, given, c_uint32(self._flags), c_uint32(0), new, output,
            byref(c_uint32()), None)


def initiator(package, user, domain, password, flags=SEAL, target="HTTP/server.domain.test",
              bindings=None):
    """With user None as whoever has logged on."""
    if user is None:
        return _Client(package, None, flags, target, bindings)
    texts = [text.encode() for text in (user, domain, password)]
    fields = [field for text in texts for field in (text, len(text))]
    return _Client(package, _AuthIdentity(*fields, _ANSI_IDENTITY), flags, target, bindings)


@contextlib.contextmanager
def packed_card(pin, user="", domain="", **names):
    """A logon with a smart card for pAuthData; `names` are those of the card, reader_name and so
    on."""
    card = _SmartCard(pin=pin.encode(), pin_size=len(pin.encode()),
                      **{name: text.encode() for name, text in names.items()})
    logon, size = c_void_p(), c_size_t()
    _check(_library.opensspi_pack_smart_card(user.encode(), domain.encode(), byref(card),
                                             byref(logon), byref(size)))
    try:
        yield (c_ubyte * size.value).from_address(logon.value)
    finally:
        _library.opensspi_free(logon)


def card_holder(package, pin, flags=SEAL, target="HTTP/server.domain.test", **card):
    """A client with a smart card, as packed_card() has it."""
    with packed_card(pin, **card) as logon:
        return _Client(package, logon, flags, target, None)


def acceptor(package, flags=0, bindings=None, identity=None):
    """With the password of `identity` (user, domain, password), else what the machine has."""
    if identity is not None:
        texts = [text.encode() for text in identity]
        identity = _AuthIdentity(*[field for text in texts for field in (text, len(text))],
                                 _ANSI_IDENTITY)
    return _Server(package, flags, bindings, identity)
