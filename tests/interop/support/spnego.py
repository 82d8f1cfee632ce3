"""Messages of SPNEGO by hand, RFC 4178 4.2: what a client sends that is not ours, and what it reads."""

SPNEGO, MS_KERBEROS, KERBEROS, NTLM = (bytes.fromhex(oid) for oid in (
    "2b0601050502", "2a864882f712010202", "2a864886f712010202", "2b06010401823702020a"))
_SEQUENCE, _OID, _OCTETS, _GSS = 0x30, 0x06, 0x04, 0x60


def offer(mechanisms, token):
    """NegTokenInit."""
    list_ = _der(_SEQUENCE, *(_der(_OID, oid) for oid in mechanisms))
    fields = _der(0xA0, list_) + _der(0xA2, _der(_OCTETS, token))
    return _der(_GSS, _der(_OID, SPNEGO), _der(0xA0, _der(_SEQUENCE, fields)))


def response(token):
    """NegTokenResp."""
    return _der(0xA1, _der(_SEQUENCE, _der(0xA2, _der(_OCTETS, token))))


def selected(message):
    """supportedMech of a NegTokenResp."""
    return _inside(_fields(message)[0xA1])


def token(message):
    """responseToken of a NegTokenResp."""
    return _inside(_fields(message)[0xA2])


def _der(tag, *parts):
    contents = b"".join(parts)
    size = len(contents)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < 0x80 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + contents


def _split(der):
    """Of one element: tag, contents, and what follows."""
    size, begin = der[1], 2
    if size & 0x80:
        begin += size & 0x7F
        size = int.from_bytes(der[2:begin], "big")
    return der[0], der[begin:begin + size], der[begin + size:]


def _inside(der):
    return _split(der)[1]


def _fields(message):
    rest, fields = _inside(_inside(message)), {}
    while rest:
        tag, contents, rest = _split(rest)
        fields[tag] = contents
    return fields
