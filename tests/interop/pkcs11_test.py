"""TLS with keys on PKCS#11 tokens (SoftHSM): our server against OpenSSL's and GnuTLS' clients, our
client against OpenSSL's server, and `opensspi serve`."""

import collections
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import unittest

from peers import soft_card
from peers.program import SECONDS, PeerError, Program, free_port, listens
from support import schannel, sspi, suite
from support.command import ACCEPTED, Command

LINE = "Off with their heads\n"
HOST = "localhost"
VERSIONS = ("2", "3")
KINDS = {"rsa": ("rsa:2048",), "p256": ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
         "p384": ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")}
TOKEN = "Our HSM"

_Issued = collections.namedtuple("_Issued", "path key_path der")


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True,
                   timeout=SECONDS)


class Authority:
    """A root, and an intermediate that issues."""

    def __init__(self, folder):
        self._folder = folder
        self.root = folder / "root.crt"
        _openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=Root",
                 "-keyout", folder / "root.key", "-out", self.root)
        self.intermediate = self._issue("middle", KINDS["p256"], "root",
                                        "basicConstraints=critical,CA:TRUE")

    def issue(self, kind):
        return self._issue(kind, KINDS[kind], "middle", f"subjectAltName=DNS:{HOST}")

    def _issue(self, name, key, issuer, extension):
        path, key_path, request = (self._folder / f"{name}.{end}" for end in ("crt", "key", "csr"))
        (self._folder / "extensions").write_text(extension)
        _openssl("req", "-new", "-newkey", *key, "-nodes", "-subj", f"/CN={name}", "-keyout",
                 key_path, "-out", request)
        _openssl("x509", "-req", "-in", request, "-days", "9", "-CA",
                 self._folder / f"{issuer}.crt", "-CAkey", self._folder / f"{issuer}.key",
                 "-CAcreateserial", "-extfile", self._folder / "extensions", "-out", path)
        _openssl("x509", "-in", path, "-outform", "DER", "-out", path.with_suffix(".der"))
        return _Issued(path, key_path, path.with_suffix(".der").read_bytes())


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        absent = [name for name in ("openssl", "gnutls-cli") if shutil.which(name) is None]
        suite.require(", ".join(absent) or soft_card.missing())
        cls.folder = suite.folder(cls)
        cls.authority = Authority(cls.folder)
        cls.readers = soft_card.Readers(cls.folder / "readers")
        cls.readers.put_in("Another", *[cls.authority.issue("rsa")])
        cls.readers.put_in(TOKEN, *map(cls.authority.issue, KINDS),
                           issuers=[cls.authority.intermediate])
        os.environ.update(cls.readers.environment)

    @staticmethod
    def uri(kind, query=""):
        return f"pkcs11:token={TOKEN.replace(' ', '%20')};id=%0{list(KINDS).index(kind) + 1}{query}"

    def certificate(self, kind):
        return self.enterContext(schannel.TokenCertificate(self.uri(kind), soft_card.PIN))


class OurServer(Tokens):
    """Each serves one client, whose line it turns round."""

    def serve(self, certificate, version):
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(SECONDS)
        self.addCleanup(listener.close)

        def serve():
            with listener.accept()[0] as connection, \
                    schannel.acceptor(certificate, f"TLS 1.{version}") as server:
                connection.settimeout(SECONDS)
                server.shake_hands(connection)
                line = server.line(connection)
                server.send(connection, line.rstrip("\n")[::-1] + "\n")
                connection.recv(1)  # until the client has it

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        return listener.getsockname()[1]

    def s_client(self, port, *arguments):
        client = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"{HOST}:{port}", "-CAfile", self.authority.root,
             "-verify_return_error", "-verify_hostname", HOST, *arguments], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return self.output(client, LINE.rstrip()[::-1])

    def output(self, client, last):
        """Until it has printed `last`, or ended."""
        with client:
            client.stdin.write(LINE)
            client.stdin.flush()
            said = ""
            for line in client.stdout:
                said += line
                if line.rstrip() == last:
                    break
            client.kill()
        return said

    def test_openssl(self):
        signatures = {("rsa", "2"): "RSA-PSS", ("rsa", "3"): "RSA-PSS"}
        for kind in KINDS:
            certificate = self.certificate(kind)
            for version in VERSIONS:
                with self.subTest(kind=kind, version=version):
                    said = self.s_client(self.serve(certificate, version))
                    self.assertIn(LINE.rstrip()[::-1], said)
                    self.assertIn("Verification: OK", said)
                    signature = signatures.get((kind, version), "ECDSA")
                    self.assertIn(f"Peer signature type: {signature}\n", said)
                    self.assertIn(f"TLSv1.{version}", said)

    def test_signatures_of_old_clients(self):
        port = self.serve(self.certificate("rsa"), "2")
        said = self.s_client(port, "-tls1_2", "-sigalgs", "RSA+SHA384")
        self.assertIn(LINE.rstrip()[::-1], said)
        self.assertIn("Peer signing digest: SHA384\nPeer signature type: RSA\n", said)

    def test_gnutls(self):
        for kind in KINDS:
            certificate = self.certificate(kind)
            for version in VERSIONS:
                with self.subTest(kind=kind, version=version):
                    port = self.serve(certificate, version)
                    client = subprocess.Popen(
                        ["gnutls-cli", "--port", str(port), "--x509cafile", self.authority.root,
                         "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS1.{version}", HOST], text=True,
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                    said = self.output(client, LINE.rstrip()[::-1])
                    self.assertIn(LINE.rstrip()[::-1], said)
                    self.assertIn("The certificate is trusted", said)


class OurClient(Tokens):
    def test_openssl(self):
        server = self.authority.issue("rsa")
        for kind in KINDS:
            certificate = self.certificate(kind)
            for version in VERSIONS:
                with self.subTest(kind=kind, version=version):
                    port = free_port()
                    program = self.enterContext(Program(
                        ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert",
                         str(server.path), "-key", str(server.key_path), f"-tls1_{version}", "-rev",
                         "-Verify", "3", "-verify_return_error", "-CAfile",
                         str(self.authority.root)]))
                    program.wait_until(lambda: listens(port), "listens")
                    with socket.create_connection((HOST, port), SECONDS) as connection, \
                            schannel.initiator(certificate, HOST, f"TLS 1.{version}") as client:
                        client.shake_hands(connection)
                        client.send(connection, LINE)
                        self.assertEqual(client.line(connection), LINE.rstrip()[::-1] + "\n")
                    self.assertIn(f"CN = {kind}", program.output())


class Opening(Tokens):
    def refused(self, uri, pin=soft_card.PIN):
        with self.assertRaises(sspi.SspiError) as refusal:
            with schannel.TokenCertificate(uri, pin):
                pass
        return refusal.exception

    def test_what_is_refused(self):
        for uri, pin, status, reason in (
                (self.uri("rsa"), "999999", "SEC_E_LOGON_DENIED", "STATUS_SMARTCARD_WRONG_PIN"),
                (self.uri("rsa"), None, "SEC_E_NO_CREDENTIALS", ""),
                ("pkcs11:token=None", "1", "SEC_E_NO_CREDENTIALS", "STATUS_SMARTCARD_NO_CARD"),
                ("pkcs11:id=%01", "1", "SEC_E_UNKNOWN_CREDENTIALS", ""),
                ("pkcs11:token=Our%20HSM", soft_card.PIN, "SEC_E_UNKNOWN_CREDENTIALS", ""),
                ("pkcs11:token=Our%20HSM;id=%09", soft_card.PIN, "SEC_E_NO_CREDENTIALS",
                 "STATUS_SMARTCARD_NO_CERTIFICATE")):
            with self.subTest(uri=uri, pin=pin):
                refusal = self.refused(uri, pin)
                self.assertEqual((refusal.status, refusal.reason), (status, reason), refusal)

    def test_by_module_and_pin_of_the_uri(self):
        pin = self.folder / "pin"
        pin.write_text(soft_card.PIN + "\n")
        query = f"?module-path={self.readers.module}&pin-source=file:{pin}"
        with schannel.TokenCertificate(self.uri("p256", query)):
            # The same module again, by the program's own name for it.
            with schannel.TokenCertificate(self.uri("p384", query)):
                pass

    def test_the_keys_name(self):
        uri = "pkcs11:token=Our%20HSM;object=key%202;type=private"
        with schannel.TokenCertificate(uri, soft_card.PIN):
            pass


class Served(Tokens):
    def test_logs_on(self):
        command = Command(suite.folder(self))
        command.environment.update(self.readers.environment)
        command.add_account("alice", "Passw0rd!")
        pin = pathlib.Path(self.folder) / "servers-pin"
        pin.write_text(soft_card.PIN)
        for kind in ("rsa", "p384"):
            with command.serve("--cert", self.uri(kind), "--pin-file", str(pin)) as server:
                self.assertIn(f"certificate: CN={kind}", server.output())
                status, _answer, output = command.connect(server.address, "alice", "Passw0rd!")
                self.assertEqual(status, ACCEPTED, output)

    def test_without_its_pin(self):
        command = Command(suite.folder(self))
        command.environment.update(self.readers.environment)
        with self.assertRaisesRegex(PeerError, "wants its PIN"):
            with command.serve("--cert", self.uri("rsa")):
                pass


if __name__ == "__main__":
    suite.main()
