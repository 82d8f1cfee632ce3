"""Heimdal's GSSAPI as a peer: the initiator or the acceptor of one context. As a program it is that
context, in a process whose libraries are Heimdal's; each line in is a call, each line out its
answer."""

import contextlib
import ctypes
import os
import subprocess
import sys

if __name__ != "__main__":
    from peers import heimdal

KERBEROS = bytes.fromhex("2a864886f712010202")
SPNEGO = bytes.fromhex("2b0601050502")
_HOST_BASED = bytes.fromhex("2a864886f71201020104")
_MUTUAL, _REPLAY, _SEQUENCE, _SEAL, _SIGN = 2, 4, 8, 16, 32
_CONTINUE = 1


@contextlib.contextmanager
def initiator(kdc, target, mech=KERBEROS):
    with _peer(kdc, "initiator", mech.hex(), target) as peer:
        yield peer


@contextlib.contextmanager
def acceptor(kdc):
    with _peer(kdc, "acceptor") as peer:
        yield peer


@contextlib.contextmanager
def _peer(kdc, *arguments):
    process = subprocess.Popen(
        [sys.executable, "-B", __file__, *arguments], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True, env={**os.environ, **kdc.their_environment})
    try:
        yield _Peer(process)
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(heimdal.SECONDS)


class _Peer:
    """`failure` is what ended the exchange, in GSSAPI's codes."""

    def __init__(self, process):
        self._process = process
        self.complete, self.failure = False, None

    def step(self, token):
        token, state = self._call("step", token.hex())
        self.complete = state == "complete"
        self.failure = None if state in ("complete", "continue") else state
        return bytes.fromhex(token)

    def wrap(self, message, encrypt=True):
        return self._bytes("wrap", message.hex(), str(int(encrypt)))

    def unwrap(self, message):
        return self._bytes("unwrap", message.hex())

    def sign(self, message):
        return self._bytes("sign", message.hex())

    def verify(self, message, signature):
        self._bytes("verify", message.hex(), signature.hex())

    def initiator_name(self):
        return self._bytes("name").decode()

    def _bytes(self, *call):
        answer, state = self._call(*call)
        if state != "complete":
            raise RuntimeError(f"{call[0]}: {state}")
        return bytes.fromhex(answer)

    def _call(self, *words):
        self._process.stdin.write(",".join(words) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().rstrip("\n")
        if not answer:
            raise RuntimeError("Heimdal's process is gone")
        return answer.split(",")


class _Bytes(ctypes.Structure):
    @classmethod
    def of(cls, data):
        kept = ctypes.create_string_buffer(data, len(data))
        made = cls(len(data), ctypes.cast(kept, ctypes.c_void_p).value)
        made.kept = kept
        return made


class _Buffer(_Bytes):
    _fields_ = [("length", ctypes.c_size_t), ("value", ctypes.c_void_p)]

    def take(self):
        return ctypes.string_at(self.value, self.length) if self.length else b""


class _Oid(_Bytes):
    _fields_ = [("length", ctypes.c_uint32), ("elements", ctypes.c_void_p)]


class _Context:
    def __init__(self, library, mech=None, target=None):
        self._library = library
        self._handle, self._minor = ctypes.c_void_p(), ctypes.c_uint32()
        self._client = ctypes.c_void_p()
        self._mech = _Oid.of(mech) if mech else None
        self._target = ctypes.c_void_p()
        if target:
            self._check(library.gss_import_name(
                ctypes.byref(self._minor), ctypes.byref(_Buffer.of(target.encode())),
                ctypes.byref(_Oid.of(_HOST_BASED)), ctypes.byref(self._target)))

    def step(self, token):
        given, made, minor = _Buffer.of(token), _Buffer(), ctypes.byref(self._minor)
        if self._mech:
            flags = _MUTUAL | _REPLAY | _SEQUENCE | _SEAL | _SIGN
            major = self._library.gss_init_sec_context(
                minor, None, ctypes.byref(self._handle), self._target, ctypes.byref(self._mech),
                ctypes.c_uint32(flags), ctypes.c_uint32(0), None, ctypes.byref(given), None,
                ctypes.byref(made), None, None)
        else:
            major = self._library.gss_accept_sec_context(
                minor, ctypes.byref(self._handle), None, ctypes.byref(given), None,
                ctypes.byref(self._client), None, ctypes.byref(made), None, None, None)
        if major & 0xFFFFFFFF in (0, _CONTINUE):
            return made.take(), "complete" if major == 0 else "continue"
        return made.take(), self._words(major)

    def wrap(self, message, encrypt):
        made = _Buffer()
        return made, self._library.gss_wrap(
            ctypes.byref(self._minor), self._handle, ctypes.c_int(int(encrypt)),
            ctypes.c_uint32(0), ctypes.byref(_Buffer.of(message)), None, ctypes.byref(made))

    def unwrap(self, message):
        made = _Buffer()
        return made, self._library.gss_unwrap(
            ctypes.byref(self._minor), self._handle, ctypes.byref(_Buffer.of(message)),
            ctypes.byref(made), None, None)

    def sign(self, message):
        made = _Buffer()
        return made, self._library.gss_get_mic(
            ctypes.byref(self._minor), self._handle, ctypes.c_uint32(0),
            ctypes.byref(_Buffer.of(message)), ctypes.byref(made))

    def verify(self, message, signature):
        return _Buffer(), self._library.gss_verify_mic(
            ctypes.byref(self._minor), self._handle, ctypes.byref(_Buffer.of(message)),
            ctypes.byref(_Buffer.of(signature)), None)

    def name(self):
        made = _Buffer()
        return made, self._library.gss_display_name(
            ctypes.byref(self._minor), self._client, ctypes.byref(made), None)

    def call(self, word, *arguments):
        if word == "step":
            return self.step(bytes.fromhex(arguments[0]))
        made, major = getattr(self, word)(*(int(argument) if word == "wrap" and number else
                                            bytes.fromhex(argument)
                                            for number, argument in enumerate(arguments)))
        return made.take(), "complete" if major == 0 else self._words(major)

    def _check(self, major):
        if major != 0:
            raise RuntimeError(self._words(major))

    def _words(self, major):
        return f"failed {major & 0xFFFFFFFF:08x} {self._minor.value:08x}"


def _main(role, mech="", target=""):
    library = ctypes.CDLL("libgssapi.so.3")
    context = _Context(library, bytes.fromhex(mech), target)
    for line in sys.stdin:
        answer, state = context.call(*line.rstrip("\n").split(","))
        print(f"{answer.hex()},{state}", flush=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
