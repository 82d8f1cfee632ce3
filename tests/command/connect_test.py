"""opensspi connect where the network or the server is at fault, and opensspi demo:
connect_test.py PATH-OF-OPENSSPI"""
import json
import os
import pty
import socket
import subprocess
import threading
import time

from support import CHOSEN_HYBRID, COMMAND, PASSWORD, PATIENCE, CommandTest, main

CHOSEN_TLS = bytes.fromhex('030000130ed000000000000200080001000000')


class FakeServer:
    """Answers the first message of one client with fixed bytes, and perhaps closes."""

    def __init__(self, answer, close=True):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.address = '127.0.0.1:%d' % self.listener.getsockname()[1]
        self.answer, self.close_after = answer, close
        self.connection = None
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        self.connection, _ = self.listener.accept()
        self.connection.recv(65536)
        self.connection.sendall(self.answer)
        if self.close_after:
            self.connection.close()

    def close(self):
        self.listener.close()
        self.thread.join(PATIENCE)
        if self.connection is not None:
            self.connection.close()


class Connecting(CommandTest):
    def fail_to_connect(self, address, code, *arguments):
        return self.run_command('connect', address, '--user', 'alice', '--password-file', '-',
                                *arguments, input=PASSWORD + '\n', code=code)

    def fake(self, *arguments):
        server = FakeServer(*arguments)
        self.addCleanup(server.close)
        return server.address

    def test_addresses(self):
        for address in ('', ':3389', 'host:', 'host:port', 'host:70000', '[::1', '[::1]3389',
                        'host:-1', '[]:3389'):
            with self.subTest(address):
                self.fail_to_connect(address, 2)

    def test_a_certificate_names_its_user(self):
        certificate, key, _ = self.make_certificate('alice')
        done = self.run_command('connect', 'no-such-host.invalid', '--user', 'alice', '--cert',
                                certificate, '--key', key, code=2)
        self.assertIn('leave --user out', done.stderr)

    def test_nobody_listens(self):
        with socket.create_server(('127.0.0.1', 0)) as free:
            port = free.getsockname()[1]
        done = self.fail_to_connect(f'127.0.0.1:{port}', 3)
        self.assertIn('refused', done.stderr)
        self.assertEqual(done.stdout, '')

    def test_unknown_host(self):
        self.fail_to_connect('no-such-host.invalid', 3)

    def test_silence(self):
        begin = time.monotonic()
        self.fail_to_connect(self.fake(b'', False), 3, '--timeout', '0.5')
        self.assertLess(time.monotonic() - begin, PATIENCE / 2)

    def test_no_rdp(self):
        for answer in (b'', b'SSH-2.0-OpenSSH\r\n', b'\x03\x00'):
            with self.subTest(answer):
                self.fail_to_connect(self.fake(answer), 3)

    def test_server_without_nla(self):
        for answer in (CHOSEN_TLS, bytes.fromhex('0300000b06d00000000000'),
                       bytes.fromhex('030000130ed000000000000300080002000000')):
            with self.subTest(answer):
                done = self.fail_to_connect(self.fake(answer), 1, '--json')
                seen = json.loads(done.stdout)
                self.assertIs(seen['accepted'], False)
                self.assertNotEqual(seen['reason'], '')

    def test_close_instead_of_tls(self):
        self.fail_to_connect(self.fake(CHOSEN_HYBRID), 3)

    def test_garbage_instead_of_tls(self):
        done = self.fail_to_connect(self.fake(CHOSEN_HYBRID + b'no TLS at all, sorry'), 1)
        self.assertIn('SEC_E_', done.stdout)


class Demonstration(CommandTest):
    def test_demo(self):
        done = self.run_command('demo')
        self.assertNotRegex(done.stdout, r'(?m)^ *FAIL')
        for what in ('TLS 1.3', 'TLS ClientHello', 'CHALLENGE_MESSAGE', 'authInfo', 'pubKeyAuth',
                     'encrypted message', 'characters matches', 'SEC_E_LOGON_DENIED',
                     'STATUS_WRONG_PASSWORD', 'connect 127.0.0.1 --user'):
            self.assertIn(what, done.stdout)
        self.assertNotIn('Loop-back', done.stdout)
        self.assertFalse(os.path.exists(self.path('accounts.db')), 'the demo used our accounts')
        self.assertEqual(done.stderr, '')

    def test_nothing_stays_behind(self):
        self.environment['TMPDIR'] = self.path('tmp')
        os.mkdir(self.path('tmp'))
        self.run_command('demo')
        self.assertEqual(os.listdir(self.path('tmp')), [])

    def test_colour(self):
        for extra, coloured in (({'TERM': 'xterm'}, True), ({'TERM': 'dumb'}, False),
                                ({'TERM': 'xterm', 'NO_COLOR': '1'}, False)):
            with self.subTest(extra):
                environment = {k: v for k, v in self.environment.items() if k != 'NO_COLOR'}
                master, slave = pty.openpty()
                process = subprocess.Popen([COMMAND, 'demo'], env={**environment, **extra},
                                           stdout=slave, stderr=slave, stdin=subprocess.DEVNULL)
                os.close(slave)
                shown = b''
                try:
                    while part := os.read(master, 65536):
                        shown += part
                except OSError:
                    pass  # the terminal is gone
                os.close(master)
                self.assertEqual(process.wait(PATIENCE), 0)
                self.assertEqual(b'\033[' in shown, coloured)


if __name__ == '__main__':
    main()
