"""A GSSAPI peer in this process, through python3-gssapi: the acceptor or the initiator of one
context, for NTLM (gss-ntlmssp), Kerberos (MIT's own) or SPNEGO over either."""

import os

from peers import kerberos

try:
    import gssapi
    from gssapi.raw import acquire_cred_with_password, inquire_sec_context_by_oid
except ImportError:
    gssapi = None

NTLM = SPNEGO = KERBEROS = None
if gssapi:
    NTLM = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
    SPNEGO = gssapi.OID.from_int_seq("1.3.6.1.5.5.2")
    KERBEROS = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2")
    SIGN = gssapi.RequirementFlag.integrity
    SEAL = gssapi.RequirementFlag.confidentiality | SIGN
    MUTUAL = gssapi.RequirementFlag.mutual_authentication
    DCE_STYLE = gssapi.RequirementFlag.dce_style
    DELEGATE = gssapi.RequirementFlag.delegate_to_peer | MUTUAL
    _SESSION_KEY = gssapi.OID.from_int_seq("1.2.840.113554.1.2.2.5.5")


def missing():
    """What is not there, in words, or ""."""
    if gssapi is None:
        return missing_library()
    return "" if NTLM in gssapi.raw.indicate_mechs() else "gss-ntlmssp"


def missing_library():
    """The same of what Kerberos alone needs."""
    return "" if gssapi else "python3-gssapi"


def use_accounts(path):
    """The file of the acceptor's accounts, lines DOMAIN:USER:PASSWORD. Before any other call.
    SPNEGO would try Kerberos first."""
    os.environ["NTLM_USER_FILE"] = path
    os.environ.update(kerberos.nowhere(os.path.dirname(path)))


class GssPeer:
    """Common to both roles; `failure` is the GSSError that ended the exchange. When it
    sent a token to say so (SPNEGO's reject), python3-gssapi raises it with the next call only."""

    def __init__(self, context):
        self.context = context
        self.failure = None

    @property
    def complete(self):
        try:
            return self.failure is None and self.context.complete
        except gssapi.exceptions.GSSError as error:
            self.failure = error
            return False

    def step(self, token):
        """The token to send, b"" for none."""
        try:
            return self.context.step(token or None) or b""
        except gssapi.exceptions.GSSError as error:
            self.failure = error
            return b""

    def wrap(self, message, encrypt=True):
        return self.context.wrap(message, encrypt).message

    def unwrap(self, message):
        return self.context.unwrap(message).message

    def sign(self, message):
        return self.context.get_signature(message)

    def verify(self, message, signature):
        self.context.verify_signature(message, signature)

    def session_key(self):
        return inquire_sec_context_by_oid(self.context, _SESSION_KEY)[0]

    def initiator_name(self):
        return str(self.context.initiator_name).rstrip("\0")  # gss-ntlmssp counts its terminator


def initiator(mech, user, domain, password, flags=None, target="HTTP@server.domain.test",
              bindings=None):
    name = gssapi.Name(f"{user}@{domain}" if domain else user, gssapi.NameType.user)
    raw = acquire_cred_with_password(name, password.encode(), usage="initiate", mechs=[mech])
    return GssPeer(gssapi.SecurityContext(
        name=gssapi.Name(target, gssapi.NameType.hostbased_service),
        creds=gssapi.Credentials(raw.creds), mech=mech, flags=SEAL if flags is None else flags,
        usage="initiate", channel_bindings=_bindings(bindings)))


def kerberos_initiator(target, flags, bindings=None, mech=None):
    """Whoever the ticket cache is of."""
    return GssPeer(gssapi.SecurityContext(
        name=gssapi.Name(target, gssapi.NameType.hostbased_service), mech=mech or KERBEROS,
        flags=flags, usage="initiate", channel_bindings=_bindings(bindings)))


def acceptor(mech, bindings=None):
    return GssPeer(gssapi.SecurityContext(
        creds=gssapi.Credentials(usage="accept", mechs=[mech]), usage="accept",
        channel_bindings=_bindings(bindings)))


def _bindings(application_data):
    if application_data is None:
        return None
    return gssapi.raw.ChannelBindings(application_data=application_data)
