"""Drives the opensspi command as its users do: command_test.py PATH-OF-OPENSSPI [unittest argument...]

Each test has accounts, policy and certificates of its own in a temporary folder. Servers listen on
loopback ports that the system chooses."""
import json
import os
import pty
import re
import select
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest

COMMAND = os.path.abspath(sys.argv[1])
PATIENCE = 30  # seconds for what takes milliseconds
PASSWORD = 'Grün-5 Pässe'

X224_REQUEST = bytes.fromhex('030000130ee000000000000100080003000000')
X224_REQUEST_TLS_ONLY = bytes.fromhex('030000130ee000000000000100080001000000')
X224_REQUEST_OLD = bytes.fromhex('0300002621e00000000000') + b'Cookie: mstshash=elton\r\n' + b'\0\0\0'
HYBRID_REQUIRED = bytes.fromhex('030000130ed000000000000300080005000000')
CHOSEN_HYBRID = bytes.fromhex('030000130ed000000000000200080002000000')
CHOSEN_TLS = bytes.fromhex('030000130ed000000000000200080001000000')


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
                raise AssertionError('\n'.join([f'waited in vain for {what}; the server said', *self.lines]))

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
                                OPENSSPI_POLICY=self.path('policy.toml'))
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
        done = subprocess.run([COMMAND, *arguments], env={**self.environment, **(environment or {})},
                              input=input, stdin=subprocess.DEVNULL if input is None else None,
                              capture_output=True, text=True, timeout=PATIENCE)
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

    def make_certificate(self, name):
        certificate, key = self.path(name + '.crt'), self.path(name + '.key')
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt',
                        'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=' + name, '-days', '2',
                        '-out', certificate, '-keyout', key], check=True, capture_output=True)
        digest = subprocess.run(['openssl', 'x509', '-in', certificate, '-noout', '-fingerprint',
                                 '-sha256'], check=True, capture_output=True, text=True).stdout
        return certificate, key, digest.split('=')[1].strip().replace(':', '').lower()


class Basics(CommandTest):
    def test_version(self):
        self.assertRegex(self.run_command('--version').stdout, r'^opensspi \d+\.\d+\.\d+\n$')

    def test_usage_errors(self):
        for arguments in ([], ['nonsense'], ['serve', '--nonsense'], ['connect', 'host'],
                          ['account'], ['account', 'add']):
            with self.subTest(arguments):
                self.run_command(*arguments, code=2)

    def test_no_password_in_an_argument(self):
        self.run_command('account', 'add', 'alice', '--password', PASSWORD, code=2)
        self.run_command('connect', 'localhost', '--user', 'alice', '--password', PASSWORD, code=2)

    def test_packages(self):
        packages = {package['name']: package
                    for package in json.loads(self.run_command('packages', '--json').stdout)}
        for name in ('Negotiate', 'Kerberos', 'NTLM', 'Schannel', 'CREDSSP',
                     'Microsoft Unified Security Protocol Provider', 'Default TLS SSP'):
            self.assertIn(name, packages)
            self.assertIn(name, self.run_command('packages').stdout)
        self.assertEqual(packages['NTLM']['rpc_id'], 10)
        self.assertEqual(packages['CREDSSP']['max_token'], 73032)


class Accounts(CommandTest):
    def accounts(self):
        return {(account['domain'], account['user']): account
                for account in json.loads(self.run_command('account', 'list', '--json').stdout)}

    def test_life_of_an_account(self):
        self.add_account('alice')
        self.add_account('CORP\\bob')
        self.assertEqual(set(self.accounts()), {('', 'alice'), ('CORP', 'bob')})
        self.assertEqual(stat.S_IMODE(os.stat(self.path('accounts.db')).st_mode), 0o600)
        self.run_command('account', 'add', 'ALICE', '--password-file', '-', code=1, input='again\n')
        self.run_command('account', 'disable', 'alice')
        self.assertFalse(self.accounts()['', 'alice']['enabled'])
        self.assertRegex(self.run_command('account', 'list').stdout, r'alice +disabled')
        self.run_command('account', 'enable', 'alice')
        self.assertTrue(self.accounts()['', 'alice']['enabled'])
        self.run_command('account', 'remove', 'CORP\\bob')
        self.assertEqual(set(self.accounts()), {('', 'alice')})
        for verb in ('enable', 'disable', 'remove'):
            done = self.run_command('account', verb, 'nobody', code=1)
            self.assertIn('SEC_E_TARGET_UNKNOWN', done.stderr)

    def test_conditions(self):
        self.add_account('alice', PASSWORD, '--must-change', '--expires', '2031-02-28')
        account = self.accounts()['', 'alice']
        self.assertTrue(account['must_change'])
        self.assertEqual(account['expires'], '2031-02-28T00:00:00Z')
        for date in ('2031-02-29', '31-1-1x', 'tomorrow'):
            self.run_command('account', 'add', 'bob', '--password-file', '-', '--expires', date,
                             input='x\n', code=2)

    def test_password_files(self):
        self.run_command('account', 'add', 'alice', '--password-file', self.path('missing'), code=2)
        self.run_command('account', 'add', 'alice', '--password-file',
                         self.write('password', 'first line\r\nsecond line\n'))
        with_server = Server(self)
        self.connect(with_server, password='first line')

    def test_lockout_policy(self):
        self.assertEqual(self.run_command('account', 'policy').stdout, 'lockout: off\n')
        self.run_command('account', 'policy', '--lockout', '5/15')
        shown = self.run_command('account', 'policy').stdout
        self.assertIn('15 minutes', shown)
        self.assertIn('5 wrong', shown)
        for text in ('5', '5/', '/5', 'five/5', '5/15x', '-5/15', '5/0'):
            with self.subTest(text):
                done = subprocess.run([COMMAND, 'account', 'policy', '--lockout=' + text],
                                      env=self.environment, capture_output=True)
                self.assertIn(done.returncode, (1, 2))
        self.assertEqual(self.run_command('account', 'policy').stdout, shown)
        self.assertEqual(self.run_command('account', 'policy', '--lockout', 'off').stdout,
                         'lockout: off\n')

    def test_import(self):
        # The NT hash of "Password": [MS-NLMP] 4.2.2.1.2.
        nt_hash = 'a4f49c406510bdcab6824ee7c30fd852'
        sam = self.write('SAM', f'# comment\ncarol:::{nt_hash}:::\n')
        self.assertEqual(self.run_command('account', 'import', sam).stdout,
                         'imported 1, skipped 0\n')
        smbpasswd = f'dave:1000:{"X" * 32}:{nt_hash.upper()}:[U          ]:LCT-5F000000:\n'
        self.run_command('account', 'import', '-', input=smbpasswd)
        self.assertEqual(set(self.accounts()), {('', 'carol'), ('', 'dave')})
        done = self.run_command('account', 'import', '-', input='carol\n', code=1)
        self.assertIn('-:1', done.stderr)
        self.connect(Server(self), 'carol', password='Password')

    def test_prompt_shows_no_password(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(COMMAND, [COMMAND, 'account', 'add', 'alice'], self.environment)
        shown = b''
        for prompt in (b'New password of alice: ', b'The same again: '):
            shown += self.read_until(terminal, prompt)
            os.write(terminal, PASSWORD.encode() + b'\n')
        shown += self.read_until(terminal, b'added alice')
        os.waitpid(pid, 0)
        os.close(terminal)
        self.assertNotIn(PASSWORD.encode(), shown)
        self.connect(Server(self))

    def read_until(self, terminal, text):
        got = b''
        while text not in got:
            ready, _, _ = select.select([terminal], [], [], PATIENCE)
            self.assertTrue(ready, f'{text} did not come after {got}')
            got += os.read(terminal, 4096)
        return got

    def test_no_prompt_without_a_terminal(self):
        done = subprocess.run([COMMAND, 'account', 'add', 'alice'], env=self.environment,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              start_new_session=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assertIn('--password-file', done.stderr)


class Logons(CommandTest):
    def setUp(self):
        super().setUp()
        self.add_account('alice')

    def test_accepted(self):
        server = Server(self)
        seen = self.connect(server)
        for logon in (seen, server.await_logons(1)[0]):
            self.assertIs(logon['accepted'], True)
            self.assertEqual(logon['mechanism'], 'NTLM')
            self.assertEqual(logon['version'], 6)
            self.assertEqual(logon['tls'], 'TLS 1.3')
            self.assertEqual(logon['status'], 'SEC_E_OK')
            self.assertEqual(logon['reason'], '')
        self.assertRegex(server.logons[0]['user'], r'^[^\\]+\\alice$')
        self.assertIs(seen['certificate']['trusted'], False)
        self.assertIn('self-signed', seen['certificate']['trust'])
        server.await_line('MCS Connect Initial')
        server.await_line('MCS Disconnect Provider Ultimatum')

    def test_lines_for_people(self):
        server = Server(self)
        done = self.run_command('connect', server.address, '--user', 'alice', '--password-file', '-',
                                input=PASSWORD + '\n')
        self.assertRegex(done.stdout.splitlines()[0], r'^accepted  .*alice.*NTLM.*TLS 1\.3')
        for what in ('X.224 Connection Request', 'X.224 Connection Confirm', 'TLS ClientHello',
                     'CHALLENGE_MESSAGE', 'pubKeyAuth', 'authInfo', 'MCS Connect Initial',
                     'MCS Disconnect Provider Ultimatum'):
            self.assertRegex(done.stderr, rf'(client -> server|server -> client) .*{what}.* \d+ bytes')
        self.assertRegex(done.stderr, r'TLS ClientHello .* bytes +\d+\.\d\d ms')
        self.assertNotIn('\033', done.stderr + done.stdout)

    def test_refused_and_right_again(self):
        self.add_account('carol')
        self.run_command('account', 'disable', 'carol')
        self.add_account('dave', PASSWORD, '--expires', '2020-01-01')
        self.add_account('erin', PASSWORD, '--must-change')
        server = Server(self)
        cases = [('alice', 'wrong', 'STATUS_LOGON_FAILURE', 'STATUS_WRONG_PASSWORD'),
                 ('mallory', PASSWORD, 'STATUS_LOGON_FAILURE', 'STATUS_NO_SUCH_USER'),
                 ('carol', PASSWORD, 'STATUS_ACCOUNT_DISABLED', 'STATUS_ACCOUNT_DISABLED'),
                 ('carol', 'wrong', 'STATUS_LOGON_FAILURE', 'STATUS_WRONG_PASSWORD'),
                 ('dave', PASSWORD, 'STATUS_ACCOUNT_EXPIRED', 'STATUS_ACCOUNT_EXPIRED'),
                 ('erin', PASSWORD, 'STATUS_PASSWORD_MUST_CHANGE', 'STATUS_PASSWORD_MUST_CHANGE')]
        for user, password, told, true_reason in cases:
            with self.subTest(user=user, password=password):
                before = len(server.logons)
                seen = self.connect(server, user, password=password, code=1)
                logon = server.await_logons(before + 1)[-1]
                for side, reason in ((seen, told), (logon, true_reason)):
                    self.assertIs(side['accepted'], False)
                    self.assertEqual(side['status'], 'SEC_E_LOGON_DENIED')
                    self.assertEqual(side['nt_status'], reason)
                    self.assertIn(reason, side['reason'])
                    self.assertEqual(side['tls'], 'TLS 1.3')
                    self.assertEqual(side['version'], 6)
                self.assertRegex(logon['user'], rf'(^|\\){user}$')
                self.connect(server)
                self.assertIs(server.await_logons(before + 2)[-1]['accepted'], True)

    def test_lockout(self):
        self.run_command('account', 'policy', '--lockout', '2/5')
        server = Server(self)
        for _ in range(2):
            self.connect(server, password='wrong', code=1)
        seen = self.connect(server, code=1)
        self.assertEqual(seen['nt_status'], 'STATUS_ACCOUNT_LOCKED_OUT')
        self.run_command('account', 'enable', 'alice')
        self.connect(server)

    def test_domains(self):
        self.add_account('CORP\\bob')
        server = Server(self)
        self.assertEqual(self.connect(server, 'corp\\BOB')['accepted'], True)
        self.assertEqual(server.await_logons(1)[0]['user'].lower(), 'corp\\bob')
        self.connect(server, 'OTHER\\bob', code=1)

    def test_changed_password(self):
        server = Server(self)
        self.connect(server)
        self.run_command('account', 'passwd', 'alice', '--password-file', '-', input='new one\n')
        self.connect(server, code=1)
        self.connect(server, password='new one')

    def test_last_logon_is_written(self):
        server = Server(self)
        self.connect(server)
        server.process.terminate()
        self.assertEqual(server.end(), 0)
        listed = json.loads(self.run_command('account', 'list', '--json').stdout)
        self.assertIsNotNone(listed[0]['last_logon'])

    def test_no_authority(self):
        self.set_policy('[authority]\nkind = "none"\n')
        done = subprocess.run([COMMAND, 'serve', '--listen', '127.0.0.1:0', '--once'],
                              env=self.environment, capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 4)
        self.assertIn('SEC_E_NO_AUTHENTICATING_AUTHORITY', done.stderr)

    def test_ntlm_not_allowed_is_policy(self):
        server = Server(self)
        self.set_policy('[ntlm]\nallowed = false\n')
        self.run_command('connect', server.address, '--user', 'alice', '--password-file', '-',
                         input=PASSWORD + '\n', code=4)

    def test_require_trust_sends_no_password(self):
        server = Server(self)
        seen = self.connect(server, 'alice', '--require-trust', code=4)
        self.assertIs(seen['accepted'], False)
        self.assertEqual(seen['status'], 'SEC_E_UNTRUSTED_ROOT')
        logon = server.await_logons(1)[0]
        self.assertIs(logon['accepted'], False)
        self.assertEqual(logon['status'], 'SEC_E_UNFINISHED_CONTEXT_DELETED')

    def test_key_log(self):
        keys = self.path('keys')
        self.connect(Server(self, '--keylog', keys))
        with open(keys, encoding='ascii') as file:
            self.assertRegex(file.read(), r'(?m)^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]+$')
        self.assertEqual(stat.S_IMODE(os.stat(keys).st_mode), 0o600)

    def test_nothing_tells_the_password(self):
        server = Server(self, '--keylog', self.path('keys'))
        self.connect(server)
        self.connect(server, password='Wrong-but-secret', code=1)
        server.process.terminate()
        server.end()
        said = '\n'.join(server.lines) + json.dumps(server.logons)
        self.assertNotIn(PASSWORD, said)
        self.assertNotIn('Wrong-but-secret', said)


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
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
