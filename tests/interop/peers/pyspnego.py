"""pyspnego as one side of a CredSSP logon in this process: Debian 13's, out of the tree that
`prepare` makes, run by the system's Python. NTLM and SPNEGO are its own too. It speaks any version
of CredSSP from 2 to 6, as if it knew no newer one."""

import importlib.util
import os
import ssl
import struct
import sys

from peers import kerberos, tree

BARE, WRAPPED = "NTLM", "NTLM in SPNEGO"

# By itself: what lies beside it in the tree is for another Python.
_FOLDER = os.path.join(tree.path("trixie"), "usr/lib/python3/dist-packages/spnego")
spnego = None
if os.path.isdir(_FOLDER) and importlib.util.find_spec("cryptography"):
    _spec = importlib.util.spec_from_file_location("spnego", f"{_FOLDER}/__init__.py",
                                                   submodule_search_locations=[_FOLDER])
    spnego = sys.modules["spnego"] = importlib.util.module_from_spec(_spec)
    _spec.loader.exec_module(spnego)
    from spnego import _credssp, _credssp_structures as structures, exceptions

    class _Proxy(_credssp.CredSSPProxy):
        """Keeps the TSRequests, which TLS hides."""

        def __init__(self, **options):
            super().__init__(**options)
            self.sent, self.received = [], []

        def wrap(self, data, **options):
            self._keep(self.sent, data)
            return super().wrap(data, **options)

        def unwrap(self, data):
            # Its own reads on for ever where the peer has closed TLS.
            self._in_buff.write(data)
            message = b""
            try:
                while piece := self._tls_object.read():
                    message += piece
            except ssl.SSLWantReadError:
                pass
            self._keep(self.received, message)
            return _credssp.UnwrapResult(data=message, encrypted=True, qop=0)

        def _keep(self, requests, message):
            if message and not self.complete:  # then it is the program's
                requests.append(structures.TSRequest.unpack(message))


def missing():
    """What is not there, in words, or ""."""
    return "" if spnego else "pyspnego (python3-pyspnego of Debian 13, python3-cryptography)"


def use_accounts(path, *accounts):
    """The accounts that its servers ask, (user, domain, password) each, in a file of that path.
    SPNEGO would try Kerberos first."""
    path.write_text("".join(f"{domain}:{user}:{password}\n" for user, domain, password in accounts),
                    encoding="utf-8")
    os.environ["NTLM_USER_FILE"] = str(path)
    os.environ.update(kerberos.nowhere(str(path.parent)))


class CredSspPeer:
    """One side. `failure` is the exception that ended the exchange, `received` and `sent` are its
    TSRequests (a client's last one, with its credential, excepted)."""

    def __init__(self, version, **options):
        self.failure = None
        self._version = version
        self._proxy = _Proxy(**options)
        self.received, self.sent = self._proxy.received, self._proxy.sent

    @property
    def complete(self):
        return self.failure is None and self._proxy.complete

    def step(self, token):
        """The bytes to send, b"" for none."""
        # The constant is its own version, announced and acted upon.
        _credssp._CREDSSP_VERSION = self._version
        try:
            output = self._proxy.step(token) or b""
            while self._goes_on():
                output += self._proxy.step(b"") or b""
        # Its own errors, and what falls out of its parsers.
        except (exceptions.SpnegoError, ssl.SSLError, struct.error, ValueError) as error:
            self.failure = error
            return b""
        return output

    def _goes_on(self):
        """Whether it waits although nobody needs to answer: with TLS 1.3 a client after its
        Finished, and a server that has the first TSRequest already, glued to the client's."""
        if self._proxy.get_extra_info("auth_stage") != "TLS Handshake":
            return False
        if self._proxy.usage == "accept":
            return self._proxy._in_buff.pending > 0
        return self._proxy.get_extra_info("ssl_object").version() == "TLSv1.3"

    def version(self):
        """The CredSSP version that both sides speak."""
        return self._proxy.get_extra_info("protocol_version")

    def principal(self):
        """A server's client, DOMAIN\\user."""
        return self._proxy.client_principal

    def delegated(self):
        """A server's: what the client delegated, or None."""
        return self._proxy.get_extra_info("client_credential")

    def wrap(self, message):
        return self._proxy.wrap(message).data

    def unwrap(self, records):
        return self._proxy.unwrap(records).data


def initiator(version, mechanism, user, domain, password, creds=None, tls_version=None):
    """A client. What it delegates is its own password, or a structure of `structures`."""
    name = f"{domain}\\{user}" if domain else user
    if mechanism == BARE:
        options = {"protocol": "ntlm", "options": exceptions.NegotiateOptions.use_ntlm}
    else:
        options = {"protocol": "negotiate", "options": exceptions.NegotiateOptions.use_negotiate}
    inner = spnego.client(name, password, hostname="server.domain.test", service="TERMSRV",
                          **options)
    peer = CredSspPeer(version, username=name, password=password, usage="initiate",
                       credssp_negotiate_context=inner,
                       credssp_tls_context=_tls_context("initiate", tls_version))
    if creds is not None:
        peer._proxy._ts_credential = structures.TSCredentials(creds)
    return peer


def acceptor(version, tls_version=None):
    """A server, which takes NTLM bare and in SPNEGO."""
    inner = spnego.server(protocol="negotiate", options=exceptions.NegotiateOptions.use_negotiate)
    return CredSspPeer(version, usage="accept", credssp_negotiate_context=inner,
                       credssp_tls_context=_tls_context("accept", tls_version))


def _tls_context(usage, version):
    context = _credssp._create_tls_context(usage)
    if version is not None:
        only = {"TLS 1.2": ssl.TLSVersion.TLSv1_2, "TLS 1.3": ssl.TLSVersion.TLSv1_3}[version]
        context.context.minimum_version = context.context.maximum_version = only
    return context
