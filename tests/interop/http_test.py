"""Negotiate over HTTP: examples/http's client against Apache, its server against curl and its own
client."""

import os
import subprocess
import unittest

from peers import apache, curl
from peers.program import SECONDS, Program, free_port, listens
from support import suite
from support.command import Command

USER, DOMAIN, PASSWORD, WRONG = "alice", "DOMAIN", "Passw0rd!", "wrong"


class Http(unittest.TestCase):
    def setUp(self):
        self.folder = suite.folder(self)

    def get(self, port, user, password):
        """What examples/http/client.c shows: its exit status, the page, and everything else."""
        ended = subprocess.run(
            [os.environ["HTTP_CLIENT"], "localhost", str(port), "/", f"{DOMAIN}\\{user}"],
            input=password + "\n", text=True, capture_output=True, check=False, timeout=SECONDS)
        return ended.returncode, ended.stdout, ended.stderr

    def serve(self):
        """Runs examples/http/server.c; its port."""
        command = Command(self.folder)
        command.add_account(f"{DOMAIN}\\{USER}", PASSWORD)
        port = free_port()
        self.server = self.enterContext(
            Program([os.environ["HTTP_SERVER"], str(port)], command.environment))
        self.server.wait_until(lambda: listens(port), "it listens")
        return port

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


if __name__ == "__main__":
    suite.main()
