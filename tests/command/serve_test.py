"""opensspi serve: protocols, signals, certificates, many clients: serve_test.py PATH-OF-OPENSSPI"""
import os
import re
import signal
import socket
import stat
import subprocess
import threading
import time
import unittest

from support import CHOSEN_HYBRID, COMMAND, PASSWORD, PATIENCE, CommandTest, Server, main

X224_REQUEST = bytes.fromhex('030000130ee000000000000100080003000000')
X224_REQUEST_HYBRID_EX = bytes.fromhex('030000130ee00000000000010008000b000000')
CHOSEN_HYBRID_GUARDED = bytes.fromhex('030000130ed000000000000210080002000000')
CHOSEN_HYBRID_EX = bytes.fromhex('030000130ed000000000000200080008000000')
X224_REQUEST_TLS_ONLY = bytes.fromhex('030000130ee000000000000100080001000000')
X224_REQUEST_OLD = (bytes.fromhex('0300002621e00000000000') +
                    b'Cookie: mstshash=elton\r\n' + b'\0\0\0')
HYBRID_REQUIRED = bytes.fromhex('030000130ed000000000000300080005000000')


class Relay:
    """Between a client and a server: holds back what the client sends after its first message."""

    def __init__(self, server_port):
        self.held, self.go_on = threading.Event(), threading.Event()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.server_port = server_port
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        client, _ = self.listener.accept()
        with client, socket.create_connection(('127.0.0.1', self.server_port)) as server:
            back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
            back.start()
            server.sendall(client.recv(65536))
            first = client.recv(65536)
            self.held.set()
            self.go_on.wait(PATIENCE)
            server.sendall(first)
            self.copy(client, server)
            back.join(PATIENCE)

    @staticmethod
    def copy(source, target):
        try:
            while part := source.recv(65536):
                target.sendall(part)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.go_on.set()
        self.listener.close()


class Serving(CommandTest):
    def setUp(self):
        super().setUp()
        self.add_account('alice')

    def socket_to(self, server):
        connection = socket.create_connection(('127.0.0.1', server.port), PATIENCE)
        self.addCleanup(connection.close)
        return connection

    @staticmethod
    def read_all(connection):
        got = b''
        try:
            while part := connection.recv(4096):
                got += part
        except ConnectionResetError:
            pass
        return got

    def test_clients_without_nla_are_told(self):
        server = Server(self)
        for request in (X224_REQUEST_TLS_ONLY, X224_REQUEST_OLD):
            with self.subTest(request):
                connection = self.socket_to(server)
                connection.sendall(request)
                self.assertEqual(self.read_all(connection), HYBRID_REQUIRED)
        self.assertEqual(server.logons, [])
        self.connect(server)

    def test_hybrid_is_chosen(self):
        connection = self.socket_to(Server(self))
        connection.sendall(X224_REQUEST)
        self.assertEqual(connection.recv(64), CHOSEN_HYBRID)

    def test_early_authorization_is_chosen_by_who_knows_it(self):
        connection = self.socket_to(Server(self))
        connection.sendall(X224_REQUEST_HYBRID_EX)
        self.assertEqual(connection.recv(64), CHOSEN_HYBRID_EX)

    def test_other_protocols_are_sent_away(self):
        server = Server(self)
        for words in (b'GET / HTTP/1.0\r\n\r\n', bytes.fromhex('16030100050100000100'),
                      bytes.fromhex('0300000702f080'), bytes.fromhex('03000004')):
            with self.subTest(words):
                connection = self.socket_to(server)
                connection.sendall(words)
                self.assertEqual(self.read_all(connection), b'')
        for words in (b'\x16\x03\x01\x00\x05junk!', b'not TLS at all'):
            with self.subTest(words):
                connection = self.socket_to(server)
                connection.sendall(X224_REQUEST)
                self.assertEqual(connection.recv(64), CHOSEN_HYBRID)
                connection.sendall(words)
                self.read_all(connection)
        self.connect(server)

    def test_a_slow_client_is_given_up(self):
        server = Server(self, '--deadline', '0.3')
        connection = self.socket_to(server)
        begin = time.monotonic()
        self.assertEqual(self.read_all(connection), b'')
        self.assertLess(time.monotonic() - begin, PATIENCE / 2)

    def test_many_at_once(self):
        server = Server(self, '--quiet')
        idle = [self.socket_to(server) for _ in range(50)]
        results = [None] * 12

        def log_on(index):
            results[index] = self.connect(server)['accepted']
        threads = [threading.Thread(target=log_on, args=(i,)) for i in range(len(results))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
        self.assertEqual(results, [True] * len(results))
        self.assertEqual(len(server.await_logons(len(results))), len(results))
        del idle

    def test_once(self):
        for password, accepted in ((PASSWORD, True), ('wrong', False)):
            with self.subTest(accepted):
                server = Server(self, '--once')
                self.socket_to(server).close()  # no logon yet
                self.connect(server, password=password, code=0 if accepted else 1)
                self.assertEqual(server.end(), 0)
                self.assertEqual([logon['accepted'] for logon in server.logons], [accepted])

    def test_ipv6(self):
        try:
            server = Server(self, listen='[::1]:0')
        except AssertionError as error:
            if 'Cannot assign' in str(error) or 'not supported' in str(error):
                self.skipTest('there is no IPv6 here')
            raise
        self.assertRegex(server.address, r'^\[::1\]:\d+$')
        self.assertIs(self.connect(server)['accepted'], True)
        self.assertTrue(server.await_logons(1)[0]['peer'].startswith('[::1]:'))

    def test_port_in_use(self):
        server = Server(self)
        done = self.run_command('serve', '--listen', server.address, code=3)
        self.assertIn('in use', done.stderr)

    def test_own_certificate_is_kept(self):
        first = self.connect(Server(self))['certificate']
        second = self.connect(Server(self))['certificate']
        self.assertEqual(first, second)
        kept = self.path('server.pem')
        self.assertEqual(stat.S_IMODE(os.stat(kept).st_mode), 0o600)
        shown = subprocess.run(['openssl', 'x509', '-in', kept, '-noout', '-text'],
                               capture_output=True, text=True, check=True).stdout
        self.assertIn('Public-Key: (2048 bit)', shown)
        os.chmod(kept, 0o644)
        self.assertIn('0600', self.run_command('serve', '--listen', '127.0.0.1:0', code=1).stderr)

    def test_certificate_from_files(self):
        certificate, key, digest = self.make_certificate('from-files')
        self.run_command('serve', '--listen', '127.0.0.1:0', '--cert', certificate, code=2)
        seen = self.connect(Server(self, '--cert', certificate, '--key', key))['certificate']
        self.assertEqual(seen['sha256'], digest)
        self.assertIn('from-files', seen['subject'])
        pfx = self.path('both.pfx')
        subprocess.run(['openssl', 'pkcs12', '-export', '-in', certificate, '-inkey', key, '-out',
                        pfx, '-passout', 'pass:ß secret'], check=True, capture_output=True)
        server = Server(self, '--pfx', pfx, '--key-password-file', self.write('pin', 'ß secret\n'))
        self.assertEqual(self.connect(server)['certificate']['sha256'], digest)
        self.run_command('serve', '--listen', '127.0.0.1:0', '--pfx', pfx, '--key-password-file',
                         self.write('pin', 'wrong\n'), code=2)

    def test_hangup_reloads(self):
        certificate, key, first = self.make_certificate('first')
        server = Server(self, '--cert', certificate, '--key', key)
        self.assertEqual(self.connect(server)['certificate']['sha256'], first)
        other_certificate, other_key, second = self.make_certificate('second')
        os.replace(other_certificate, certificate)
        os.replace(other_key, key)
        self.assertEqual(self.connect(server)['certificate']['sha256'], first)
        server.process.send_signal(signal.SIGHUP)
        server.await_line('reloaded')
        self.assertEqual(self.connect(server)['certificate']['sha256'], second)

    def test_hangup_with_a_fault_changes_nothing(self):
        certificate, key, digest = self.make_certificate('good')
        server = Server(self, '--cert', certificate, '--key', key)
        os.truncate(certificate, 0)
        server.process.send_signal(signal.SIGHUP)
        server.await_line('not reloaded')
        self.assertEqual(self.connect(server)['certificate']['sha256'], digest)

    def test_hangup_reloads_policy(self):
        server = Server(self)
        self.connect(server)
        self.set_policy('this is no policy')
        server.process.send_signal(signal.SIGHUP)
        server.await_line('not reloaded')
        self.set_policy('[authority]\ndeadline_ms = 500\n')
        server.process.send_signal(signal.SIGHUP)
        server.await_line('reloaded:')
        self.connect(server)

    def test_remote_guard_is_announced_as_the_policy_in_force_has_it(self):
        server = Server(self)

        def chosen():
            connection = self.socket_to(server)
            connection.sendall(X224_REQUEST)
            return connection.recv(64)
        self.assertEqual(chosen(), CHOSEN_HYBRID)
        self.set_policy('[credssp]\nremote_guard = true\n')
        self.assertEqual(chosen(), CHOSEN_HYBRID)
        server.process.send_signal(signal.SIGHUP)
        server.await_line('reloaded:')
        self.set_policy('')
        self.assertEqual(chosen(), CHOSEN_HYBRID_GUARDED)

    def test_termination_drains(self):
        server = Server(self)
        relay = Relay(server.port)
        self.addCleanup(relay.close)
        client = subprocess.Popen([COMMAND, 'connect', f'127.0.0.1:{relay.port}', '--user', 'alice',
                                   '--password-file', self.write('password', PASSWORD)],
                                  env=self.environment, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True)
        self.assertTrue(relay.held.wait(PATIENCE))
        server.process.terminate()
        server.await_line('ending')
        with self.assertRaises(OSError):
            socket.create_connection(('127.0.0.1', server.port), PATIENCE)
        self.assertIsNone(server.process.poll())
        relay.go_on.set()
        output = client.communicate(timeout=PATIENCE)
        self.assertEqual(client.returncode, 0, output)
        self.assertEqual(server.end(), 0)
        self.assertEqual([logon['accepted'] for logon in server.logons], [True])

    @unittest.skipUnless(os.geteuid() == 0, 'only root can become another user')
    def test_user(self):
        os.chmod(self.folder, 0o755)  # for the policy
        os.chmod(self.path('policy.toml'), 0o644)
        server = Server(self, '--user', 'nobody')
        with open(f'/proc/{server.process.pid}/status', encoding='ascii') as file:
            uids = re.search(r'(?m)^Uid:\t(\d+)\t(\d+)\t(\d+)\t(\d+)$', file.read()).groups()
        self.assertNotIn('0', uids)
        self.connect(server)
        self.connect(server, password='wrong', code=1)
        server.process.send_signal(signal.SIGHUP)
        server.await_line('reloaded:')
        self.connect(server)
        self.run_command('serve', '--listen', '127.0.0.1:0', '--user', 'no such user', code=2)


if __name__ == '__main__':
    main()
