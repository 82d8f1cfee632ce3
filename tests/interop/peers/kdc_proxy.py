"""Debian's KDC proxy (python3-kdcproxy, [MS-KKDCP]) on a port of the loopback, with a certificate of
its own. Run as a program it is the server: kdc_proxy.py PORT FOLDER."""

import contextlib
import importlib.util
import os
import subprocess
import sys

from peers.program import SECONDS, Program, free_port, listens


def missing():
    """What is not there, in words, or ""."""
    return "" if importlib.util.find_spec("kdcproxy") else "python3-kdcproxy"


class KdcProxy:
    """Leads to the servers of `kdc`, a MitKdc."""

    def __init__(self, folder, realm, kdc):
        self._folder = folder
        self.port = free_port()
        self.certificate = folder / "proxy.pem"
        (folder / "kdcproxy.conf").write_text(
            f"[global]\nuse_dns = false\n[{realm}]\nkerberos = kerberos+tcp://127.0.0.1:{kdc.port}\n"
            f"kpasswd = kpasswd+tcp://127.0.0.1:{kdc.password_port}\n")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-noenc", "-days", "2", "-subj", "/CN=proxy", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", folder / "proxy.key", "-out", self.certificate],
            check=True, capture_output=True, timeout=SECONDS)

    @contextlib.contextmanager
    def serve(self):
        with Program([sys.executable, "-B", __file__, str(self.port), str(self._folder)],
                     {"KDCPROXY_CONFIG": str(self._folder / "kdcproxy.conf"),
                      "PYTHONPATH": os.pathsep.join(sys.path)}) as program:
            program.wait_until(lambda: listens(self.port), "it listens")
            yield program


def main(port, folder):
    import kdcproxy
    import ssl
    from wsgiref.simple_server import make_server
    server = make_server("127.0.0.1", int(port), kdcproxy.Application())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/proxy.pem", f"{folder}/proxy.key")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
