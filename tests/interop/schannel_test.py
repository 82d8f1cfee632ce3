"""Package Schannel against OpenSSL and GnuTLS, and against itself: the programs of examples/schannel
(SCHANNEL_CLIENT, SCHANNEL_SERVER), which are written as for Windows. Both versions of TLS, client
certificates, ALPN, resumption, renegotiation, and ends of every kind."""

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from peers.program import SECONDS, Program, free_port, listens, wait_until
from support import suite

LINE = "Off with their heads"
VERSIONS = ("2", "3")
OLD_VERSIONS = ("0", "1")  # for which OpenSSL must forget about security
OLD_PEER = ("-cipher", "ALL:@SECLEVEL=0")
HOST = "localhost"


# What s_client says when it does so.
WORDS = {"K": "KEYUPDATE", "R": "RENEGOTIATING"}


def _flag(version):
    """OpenSSL's for TLS 1.`version` and no other."""
    return "-tls1" if version == "0" else f"-tls1_{version}"


def _run(*arguments, **options):
    return subprocess.run(arguments, check=True, capture_output=True, timeout=SECONDS, **options)


class Schannel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        missing = [name for name in ("openssl", "gnutls-cli", "gnutls-serv")
                   if shutil.which(name) is None]
        suite.require(", ".join(missing))
        cls.folder = suite.folder(cls)
        for name in ("server", "client"):
            cls._certify(name)
        cls.trust = {"SSL_CERT_FILE": str(cls.folder / "server.crt"),
                     "SSL_CERT_DIR": str(cls.folder / "none")}

    @classmethod
    def _certify(cls, name):
        crt, key, pfx = (str(cls.folder / f"{name}.{kind}") for kind in ("crt", "key", "pfx"))
        _run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "9", "-subj", f"/CN={name}", "-keyout", key, "-out", crt,
             "-addext", f"subjectAltName=DNS:{HOST}")
        _run("openssl", "pkcs12", "-export", "-in", crt, "-inkey", key, "-passout", "pass:",
             "-out", pfx)

    def _file(self, name):
        return str(self.folder / name)

    def _server(self, version=None, *arguments, environment=None):
        """Ours."""
        port = free_port()
        versions = ["-v", version] if version else []
        server = self._enter(Program([os.environ["SCHANNEL_SERVER"], str(port),
                                      self._file("server.pfx"), *versions, *arguments],
                                     environment=environment))
        server.wait_until(lambda: listens(port), "listens")
        return server, port

    def _enter(self, program):
        self.addCleanup(program.__exit__)
        return program.__enter__()

    def _client(self, port, *arguments, environment=None):
        """Ours: its exit status and what it prints."""
        ended = subprocess.run([os.environ["SCHANNEL_CLIENT"], HOST, str(port), *arguments],
                               capture_output=True, text=True, timeout=SECONDS,
                               env={**os.environ, **self.trust, **(environment or {})}, check=False)
        return ended.returncode, ended.stdout

    def _s_server(self, version, *arguments, stdin=None):
        port = free_port()
        server = subprocess.Popen(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", self._file("server.crt"),
             "-key", self._file("server.key"), _flag(version), *arguments],
            stdin=stdin or subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        Program.wait_until(_Ended(server), lambda: listens(port), "listens")
        return server, port

    def _s_client(self, port, version, *arguments, lines=(LINE,)):
        """What it prints; it leaves when its line has come back, or ends by itself. Lines of one
        letter are commands."""
        with tempfile.TemporaryFile() as output, subprocess.Popen(
                ["openssl", "s_client", "-connect", f"{HOST}:{port}", _flag(version), "-CAfile",
                 self._file("server.crt"), *arguments],
                stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT) as client:
            def said():
                return os.pread(output.fileno(), 1 << 20, 0).decode(errors="replace")
            for line in lines:
                client.stdin.write(f"{line}\n".encode())
                client.stdin.flush()
                if line in WORDS:
                    wait_until(lambda word=WORDS[line]: word in said(), line)
            wait_until(lambda: LINE in said() or client.poll() is not None, "the line comes back")
            client.stdin.close()
            client.wait(SECONDS)
            return said()

    # ---- ourselves

    def test_both_sides_of_ours(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                server, port = self._server(version, "-n", "3")
                status, said = self._client(port, "-n", "3")
                self.assertEqual((status, said.count(LINE)), (0, 3), said)
                self.assertEqual(said.count(f"TLS 1.{version}, new"), 1, said)
                self.assertEqual(said.count(f"TLS 1.{version}, resumed"), 2, said)
                server.finish()
                self.assertEqual(server.output().count("closed"), 3, server.output())

    def test_server_that_is_not_trusted(self):
        server, port = self._server()
        status, said = self._client(port, environment={"SSL_CERT_FILE": self._file("none")})
        self.assertEqual((status, said), (1, "ended with 0x80090325\n"))  # SEC_E_UNTRUSTED_ROOT
        server.finish()
        self.assertIn("ended with 0x80090325", server.output())  # its alert unknown_ca

    def test_old_versions_by_policy(self):
        policy = self.folder / "policy.toml"
        policy.write_text('[tls]\nminimum_version = "1.0"\n', encoding="ascii")
        allowed = {"OPENSSPI_POLICY": str(policy)}
        for version in OLD_VERSIONS:
            with self.subTest(version=version):
                _server, port = self._s_server(version, "-rev", *OLD_PEER)
                status, said = self._client(port, "-v", version, "-n", "2", environment=allowed)
                self.assertEqual((status, said.count(LINE[::-1])), (0, 2), said)
                self.assertIn(f"TLS 1.{version}, resumed", said)
                server, port = self._server(version, environment=allowed)
                self.assertIn(LINE, self._s_client(port, version, *OLD_PEER))
                server.finish()
                self.assertIn(f"TLS 1.{version}, new", server.output())
                status, said = self._client(port, "-v", version)
                self.assertEqual(status, 2, said)  # no credential

    # ---- our client

    def test_client_with_openssl(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                _server, port = self._s_server(version, "-rev")
                status, said = self._client(port, "-n", "2")
                self.assertEqual(status, 0, said)
                self.assertEqual(said.count(LINE[::-1]), 2, said)
                self.assertIn(f"TLS 1.{version}, new", said)
                self.assertIn(f"TLS 1.{version}, resumed", said)

    def test_client_certificate_for_openssl(self):
        for version in VERSIONS:
            for arguments, expected in ((["-p", self._file("client.pfx")], 0), ([], 1)):
                with self.subTest(version=version, arguments=arguments):
                    _server, port = self._s_server(version, "-rev", "-Verify", "1", "-CAfile",
                                                   self._file("client.crt"), "-verify_return_error")
                    status, said = self._client(port, *arguments)
                    self.assertEqual(status, expected, said)
                    self.assertEqual(LINE[::-1] in said, expected == 0, said)

    def test_protocol_with_openssl(self):
        for version in VERSIONS:
            _server, port = self._s_server(version, "-rev", "-alpn", "http/1.1,h2")
            status, said = self._client(port, "-a", "h2")
            self.assertEqual(status, 0, said)
            self.assertIn("protocol h2\n", said)
            status, said = self._client(port, "-a", "ldap")
            self.assertEqual((status, said), (1, "ended with 0x80090367\n"))

    def test_openssl_renegotiates(self):
        for command in (b"r\n", b"R\n"):  # the second asks for a certificate
            with self.subTest(command=command):
                self._renegotiate(command)

    def _renegotiate(self, command):
        server, port = self._s_server("2", stdin=subprocess.PIPE)
        client = self._enter(Program([os.environ["SCHANNEL_CLIENT"], HOST, str(port)],
                                            environment=self.trust))
        client.wait_until(lambda: "TLS 1.2" in client.output(), "handshake")
        server.stdin.write(command)
        server.stdin.flush()
        client.wait_until(lambda: "renegotiated" in client.output(), "renegotiation")
        server.stdin.write(b"and again\n")
        server.stdin.flush()
        self.assertEqual(client.finish(), 0, client.output())
        self.assertIn("and again", client.output())

    def test_openssl_is_cut_off(self):
        for version in VERSIONS:
            server, port = self._s_server(version, stdin=subprocess.PIPE)
            client = self._enter(Program([os.environ["SCHANNEL_CLIENT"], HOST, str(port)],
                                                environment=self.trust))
            client.wait_until(lambda: "TLS 1." in client.output(), "handshake")
            server.kill()
            self.assertEqual(client.finish(), 1)
            self.assertIn("ended with 0x80090318", client.output())  # SEC_E_INCOMPLETE_MESSAGE

    def test_client_with_gnutls(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                port = free_port()
                server = self._enter(Program(
                    ["gnutls-serv", "--echo", "--port", str(port), "--quiet", "--alpn", "h2",
                     "--x509certfile", self._file("server.crt"), "--x509keyfile",
                     self._file("server.key"), "--priority",
                     f"NORMAL:-VERS-ALL:+VERS-TLS1.{version}"]))
                server.wait_until(lambda: _listens_anywhere(port), "listens")
                status, said = self._client(port, "-n", "2", "-a", "h2")
                self.assertEqual((status, said.count(LINE)), (0, 2), said)
                self.assertIn(f"TLS 1.{version}, new", said)
                self.assertIn(f"TLS 1.{version}, resumed", said)
                self.assertIn("protocol h2\n", said)

    # ---- our server

    def test_server_with_openssl(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                server, port = self._server(version, "-n", "2", "-a", "h2")
                said = self._s_client(port, version, "-alpn", "h2", "-sess_out", self._file("session"))
                self.assertIn("ALPN protocol: h2", said)
                again = self._s_client(port, version, "-alpn", "h2", "-sess_in",
                                       self._file("session"))
                self.assertIn("Reused", again)
                server.finish()
                self.assertIn(f"TLS 1.{version}, resumed", server.output())
                self.assertEqual(server.output().count("protocol h2"), 2)

    def test_certificate_of_openssl(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                server, port = self._server(version, "-c", "1", "-n", "2")
                self._s_client(port, version, "-cert", self._file("client.crt"), "-key",
                               self._file("client.key"))
                self._s_client(port, version)
                server.finish()
                self.assertEqual(server.output().count("peer shown"), 1, server.output())
                self.assertEqual(server.output().count("peer unknown"), 1, server.output())

    def test_server_with_gnutls(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                server, port = self._server(version, "-n", "2")
                said = subprocess.run(
                    ["gnutls-cli", "--resume", "--waitresumption", "--port", str(port), "--x509cafile",
                     self._file("server.crt"), "--priority",
                     f"NORMAL:-VERS-ALL:+VERS-TLS1.{version}", HOST], input=f"{LINE}\n",
                    capture_output=True, text=True, timeout=SECONDS, check=False).stdout
                server.finish()
                self.assertIn("This is a resumed session", said)
                self.assertIn(f"TLS 1.{version}, resumed", server.output())

    def test_key_update_of_openssl(self):
        server, port = self._server("3")
        self.assertIn(LINE, self._s_client(port, "3", lines=("K", LINE)))
        server.finish()
        self.assertIn("closed", server.output())

    def test_renegotiation_of_openssl_is_declined(self):
        server, port = self._server("2")
        self.assertIn("no renegotiation", self._s_client(port, "2", lines=("R",)))
        server.finish()
        self.assertIn("ended with 0x80090326", server.output())  # its alert handshake_failure

    def test_ends_of_a_connection(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            for closes in (True, False):
                with self.subTest(version=version, closes=closes):
                    self._end(version, closes)

    def _end(self, version, closes):
        server, port = self._server()
        context = ssl.create_default_context(cafile=self._file("server.crt"))
        context.maximum_version = version
        with socket.create_connection((HOST, port)) as plain, \
                context.wrap_socket(plain, server_hostname=HOST) as client:
            client.sendall(LINE.encode())
            self.assertEqual(client.recv(100), LINE.encode())
            if closes:
                client.unwrap()  # answered by the server's own close_notify
            else:
                client.shutdown(socket.SHUT_WR)
                self.assertEqual(client.recv(100), b"")
        server.finish()
        self.assertIn("closed" if closes else "cut off", server.output())

    def test_records_that_come_byte_by_byte(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                _server, port = self._s_server(version, "-rev")
                with _byte_by_byte(port) as relay:
                    status, said = self._client(relay, "-n", "2")
                self.assertEqual((status, said.count(LINE[::-1])), (0, 2), said)
                server, port = self._server(version)
                with _byte_by_byte(port) as relay:
                    self.assertIn(LINE, self._s_client(relay, version))
                server.finish()
                self.assertIn("closed", server.output())

    def test_clients_that_leave(self):
        server, port = self._server(None, "-n", "3")
        socket.create_connection((HOST, port)).close()
        with socket.create_connection((HOST, port)) as half:
            half.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
            half.shutdown(socket.SHUT_WR)
            self.assertEqual(half.recv(1), b"")
        with socket.create_connection((HOST, port)) as other:
            other.sendall(b"GET / HTTP/1.0\r\n\r\n")
            other.recv(100)
        server.finish()
        self.assertEqual(server.output(),
                         "cut off\ncut off\nended with 0x80090308\n")  # SEC_E_INVALID_TOKEN


class _Ended:
    """What Program.wait_until asks of a program that has its own pipes."""

    name = "openssl"

    def __init__(self, process):
        self._process = process

    def running(self):
        return self._process.poll() is None

    def output(self):
        return self._process.stdout.read().decode(errors="replace")


@contextlib.contextmanager
def _byte_by_byte(port):
    """The port of a relay that hands every byte over alone."""
    def carry(source, sink):
        with contextlib.suppress(OSError):
            while received := source.recv(4096):
                for byte in received:
                    sink.sendall(bytes([byte]))
            sink.shutdown(socket.SHUT_WR)

    def relay():
        with contextlib.suppress(OSError):
            while True:
                client = listener.accept()[0]
                server = socket.create_connection((HOST, port))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    ends.enter_context(end)
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=carry, args=pair, daemon=True).start()

    with contextlib.ExitStack() as ends, socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=relay, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _listens_anywhere(port):
    """Whether somebody listens on all addresses, or on IPv6's."""
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as rows:
            if any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A"
                   for row in rows):
                return True
    return False


if __name__ == "__main__":
    suite.main()
