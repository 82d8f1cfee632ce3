"""What the tests of the command share. Each test has accounts, policy and certificates of its own
in a temporary folder. Servers listen on loopback ports that the system chooses."""
import json
import os
import select
import subprocess
import sys
import tempfile
import threading
import unittest

COMMAND = os.path.abspath(sys.argv[1])
PATIENCE = 30  # seconds for what takes milliseconds
PASSWORD = 'Grün-5 Pässe'

CHOSEN_HYBRID = bytes.fromhex('030000130ed000000000000200080002000000')


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])


class Server:
    """A running `opensspi serve`. Logons are the objects that it printed so far."""

    def __init__(self, test, *arguments, listen='127.0.0.1:0'):
        self.process = subprocess.Popen(
            [COMMAND, 'serve', '--json', '--listen', listen, *arguments], env=test.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.logons, self.lines = [], []
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self.read, args=pair, daemon=True) for pair in (
            (self.process.stdout, lambda line: self.logons.append(json.loads(line))),
            (self.process.stderr, self.lines.append))]
        for reader in self.readers:
            reader.start()
        test.addCleanup(self.stop)
        listening = self.await_line('listening on ')
        self.address = listening.split('listening on ')[1]
        self.port = int(self.address.rsplit(':', 1)[1])

    def read(self, stream, take):
        for line in stream:
            with self.changed:
                take(line.rstrip('\n'))
                self.changed.notify_all()

    def wait_for(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(condition, PATIENCE):
                said = '\n'.join(self.lines)
                raise AssertionError(f'waited in vain for {what}; the server said\n{said}')

    def await_line(self, text):
        def found():
            return next((line for line in self.lines if text in line), None)
        self.wait_for(lambda: found() or self.process.poll() is not None, repr(text))
        if found() is None:
            raise AssertionError(f'the server ended: {self.lines}')
        return found()

    def await_logons(self, count):
        self.wait_for(lambda: len(self.logons) >= count, f'{count} logons')
        return self.logons

    def end(self):
        """Waits for the end, and gives the exit code."""
        code = self.process.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return code

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for reader in self.readers:
            reader.join(PATIENCE)
        self.process.stdout.close()
        self.process.stderr.close()


class CommandTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='opensspi-command-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(('OPENSSPI_', 'XDG_')) and key != 'SSLKEYLOGFILE'}
        self.environment.update(HOME=self.folder, OPENSSPI_ACCOUNTS=self.path('accounts.db'),
                                OPENSSPI_POLICY=self.path('policy.toml'),
                                KRB5_KTNAME='FILE:' + self.path('no-keytab'))
        self.set_policy('')

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), 'w', encoding='utf-8') as file:
            file.write(text)
        return self.path(name)

    def set_policy(self, text):
        os.chmod(self.write('policy.toml', text), 0o600)

    def run_command(self, *arguments, code=0, input=None, environment=None):
        done = subprocess.run([COMMAND, *arguments],
                              env={**self.environment, **(environment or {})}, input=input,
                              stdin=subprocess.DEVNULL if input is None else None,
                              capture_output=True, text=True, timeout=PATIENCE)
        if code is not None:
            self.assertEqual(done.returncode, code, f'{arguments}: {done.stdout}{done.stderr}')
        return done

    def add_account(self, name, password=PASSWORD, *arguments):
        self.run_command('account', 'add', name, '--password-file', '-', *arguments,
                         input=password + '\n')

    def connect(self, server, user='alice', *arguments, password=PASSWORD, code=0):
        done = self.run_command('connect', server.address if isinstance(server, Server) else server,
                                '--user', user, '--json', *arguments, code=code,
                                environment={'OPENSSPI_PASSWORD': password})
        return json.loads(done.stdout) if done.stdout else done

    def read_until(self, terminal, text):
        """What a pseudo-terminal shows, up to a text (bytes) that must come."""
        got = b''
        while text not in got:
            ready, _, _ = select.select([terminal], [], [], PATIENCE)
            self.assertTrue(ready, f'{text} did not come after {got}')
            got += os.read(terminal, 4096)
        return got

    def make_certificate(self, name):
        certificate, key = self.path(name + '.crt'), self.path(name + '.key')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                        'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=' + name, '-days', '2',
                        '-out', certificate, '-keyout', key], check=True, capture_output=True)
        digest = subprocess.run(['openssl', 'x509', '-in', certificate, '-noout', '-fingerprint',
                                 '-sha256'], check=True, capture_output=True, text=True).stdout
        return certificate, key, digest.split('=')[1].strip().replace(':', '').lower()
