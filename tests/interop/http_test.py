"""Negotiate over HTTP: examples/http's client against Apache, its server against curl and its own
client."""

import os
import subprocess
import unittest

from peers import apache, curl, mit_kdc
from peers.program import SECONDS, Program, free_port, listens
from support import suite
from support.command import Command

USER, DOMAIN, PASSWORD, WRONG = "alice", "DOMAIN", "Passw0rd!", "wrong"


class Examples(unittest.TestCase):
    realm = {}  # the environment of Kerberos

    def setUp(self):
        self.folder = suite.folder(self)
        self.command = Command(self.folder)
        self.command.environment.update(self.realm)

    def get(self, port, *name, password=""):
        """What examples/http/client.c shows: its exit status, the page, and everything else."""
        ended = subprocess.run(
            [os.environ["HTTP_CLIENT"], "localhost", str(port), "/", *name],
            input=password + "\n", text=True, capture_output=True, check=False, timeout=SECONDS,
            env={**os.environ, **self.command.environment})
        return ended.returncode, ended.stdout, ended.stderr

    def serve(self):
        """Runs examples/http/server.c; its port."""
        port = free_port()
        self.server = self.enterContext(
            Program([os.environ["HTTP_SERVER"], str(port)], self.command.environment))
        self.server.wait_until(lambda: listens(port), "it listens")
        return port


class Ntlm(Examples):
    def setUp(self):
        super().setUp()
        self.command.add_account(f"{DOMAIN}\\{USER}", PASSWORD)

    def get(self, port, user, password):
        return super().get(port, f"{DOMAIN}\\{user}", password=password)

    def test_client_of_apache(self):
        suite.require(apache.missing())
        port = self.enterContext(apache.serve(self.folder, (DOMAIN, USER, PASSWORD)))
        self.assertEqual(self.get(port, USER, PASSWORD),
                         (0, apache.PAGE, "HTTP/1.1 200 OK\n"))
        status, _, output = self.get(port, USER, WRONG)
        self.assertEqual(status, 1)
        self.assertIn("SEC_E_LOGON_DENIED", output)

    def test_server_of_curl(self):
        suite.require(curl.missing())
        url = f"http://localhost:{self.serve()}/"
        self.assertEqual(curl.get(self.folder, url, DOMAIN, USER, PASSWORD),
                         (200, f"hello {DOMAIN}\\{USER}\n"))
        self.assertEqual(curl.get(self.folder, url, DOMAIN, USER, WRONG), (401, ""))
        self.assertIn("SEC_E_LOGON_DENIED: wrong password", self.server.output())

    def test_server_of_our_client(self):
        port = self.serve()
        status, page, output = self.get(port, USER, PASSWORD)
        self.assertEqual((status, page), (0, f"hello {DOMAIN}\\{USER}\n"), output)
        self.assertEqual(self.get(port, USER, WRONG)[0], 1)


class Kerberos(Examples):
    """With a ticket or a password, and a keytab: the policy allows no NTLM."""

    PAGE = f"hello {USER}@{mit_kdc.REALM}\n"

    @classmethod
    def setUpClass(cls):
        suite.require(mit_kdc.missing())
        folder = suite.folder(cls)
        folder.chmod(0o755)  # Apache's children read the keytab
        cls.kdc = mit_kdc.MitKdc(folder)
        cls.kdc.add_user(USER, PASSWORD)
        cls.kdc.add_service("HTTP/localhost")
        (folder / "keytab").chmod(0o644)
        cls.realm = {**cls.kdc.environment, "KRB5RCACHENAME": f"file2:{folder}/replays"}
        cls.enterClassContext(cls.kdc.serve())

    def setUp(self):
        super().setUp()
        (self.folder / "policy.toml").write_text("ntlm.allowed = false\n")
        self.assertTrue(self.kdc.kinit(USER, PASSWORD))
        self.addCleanup(self.kdc.kdestroy)

    def test_client_of_apache(self):
        suite.require(apache.missing())
        port = self.enterContext(apache.serve(
            self.folder, realm={**self.realm, "KRB5RCACHENAME": "none:"}))
        self.assertEqual(self.get(port), (0, apache.PAGE, "HTTP/1.1 200 OK\n"))
        self.kdc.kdestroy()
        name = f"{mit_kdc.REALM}\\{USER}"
        self.assertEqual(self.get(port, name, password=PASSWORD),
                         (0, apache.PAGE, "HTTP/1.1 200 OK\n"))
        status, _, output = self.get(port, name, password=WRONG)
        self.assertEqual(status, 1)
        self.assertIn("SEC_E_LOGON_DENIED: wrong password", output)

    def test_server_of_curl(self):
        suite.require(curl.missing())
        url = f"http://localhost:{self.serve()}/"
        self.assertEqual(curl.get_with_ticket(url, self.realm), (200, self.PAGE))
        self.kdc.kdestroy()
        self.assertEqual(curl.get_with_ticket(url, self.realm)[0], 401)

    def test_server_of_our_client(self):
        port = self.serve()
        self.assertEqual(self.get(port)[:2], (0, self.PAGE))

    def test_server_of_a_client_with_ntlm(self):
        suite.require(curl.missing())
        url = f"http://localhost:{self.serve()}/"
        self.assertEqual(curl.get(self.folder, url, DOMAIN, USER, PASSWORD), (401, ""))
        self.assertIn("SEC_E_UNSUPPORTED_FUNCTION: the policy does not allow NTLM",
                      self.server.output())


if __name__ == "__main__":
    suite.main()
