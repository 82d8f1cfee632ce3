"""opensspi login, logout and sessions: sessions_test.py PATH-OF-OPENSSPI. Runs them as Unix users
that nobody is, so that the keyrings of who runs the tests stay as they are. Needs root."""
import ctypes
import datetime
import errno
import glob
import json
import os
import platform
import pty
import shutil
import struct
import subprocess
import time
import unittest

from support import COMMAND, PASSWORD, PATIENCE, CommandTest, Server, main

USER = 63000 + 2 * (os.getpid() % 450)  # of this run only
OTHER = USER + 1
TIME = '%Y-%m-%dT%H:%M:%SZ'


def refuse_keyrings():
    """From now on the kernel answers calls on keys with EPERM, as a container's filter does."""
    add_key, keyctl = {'x86_64': (248, 250), 'aarch64': (217, 219)}[platform.machine()]
    load, equal, answer, allow, refuse = 0x20, 0x15, 0x06, 0x7FFF0000, 0x00050000 | errno.EPERM
    steps = [(load, 0, 0, 0), (equal, 2, 0, keyctl), (equal, 1, 0, add_key), (answer, 0, 0, allow),
             (answer, 0, 0, refuse)]
    code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack('HxxxxxxP', len(steps),
                                                      ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) != 0 or libc.prctl(22, 2, program) != 0:
        raise OSError(ctypes.get_errno(), 'no filter')


@unittest.skipIf(os.geteuid() != 0 and os.environ.get('CI') != 'true', 'needs root')
class Sessions(CommandTest):
    def setUp(self):
        super().setUp()
        # Where the others can reach it, wherever it was built.
        self.command = shutil.copy(COMMAND, self.path('opensspi'))
        for library in glob.glob(os.path.join(os.path.dirname(COMMAND), '../lib/libopensspi.so*')):
            shutil.copy(library, self.folder)
        self.environment['LD_LIBRARY_PATH'] = self.folder
        os.chmod(self.folder, 0o755)
        os.chmod(self.path('policy.toml'), 0o644)
        for user in (USER, OTHER):
            self.run_as(user, 'logout', code=(0, 1))
            self.addCleanup(self.run_as, user, 'logout', code=(0, 1))

    def run_as(self, user, *arguments, code=0, input='', filter=None):
        done = subprocess.run([self.command, *arguments], env=self.environment, input=input,
                              capture_output=True, text=True, timeout=PATIENCE, user=user,
                              group=user, extra_groups=[], preexec_fn=filter)
        codes = code if isinstance(code, tuple) else (code,)
        self.assertIn(done.returncode, codes, f'{arguments}: {done.stdout}{done.stderr}')
        return done

    def login(self, name, *arguments, user=USER, **options):
        return self.run_as(user, 'login', name, '--password-file', '-', *arguments,
                           input=PASSWORD + '\n', **options)

    def sessions(self, user=USER):
        return {session['uid']: session
                for session in json.loads(self.run_as(user, 'sessions', '--json').stdout)}

    def names(self, user=USER):
        return [(identity['domain'], identity['user'])
                for identity in self.sessions(user)[user]['identities']]

    def test_who_has_logged_on_connects_without_a_name(self):
        self.environment['KRB5CCNAME'] = 'FILE:' + self.path('no-tickets')
        self.add_account('alice')
        server = Server(self)
        connect = ['connect', server.address, '--json']
        self.assertIn('opensspi login USER  or  kinit USER',
                      self.run_as(USER, *connect, code=2).stderr)
        self.login('alice')
        done = self.run_as(USER, *connect)
        self.assertEqual(json.loads(done.stdout)['user'], 'alice')
        self.assertIn('the server gets no credentials', done.stderr)
        self.assertIs(server.await_logons(1)[0]['accepted'], True)
        self.set_policy('[delegation]\nallow_default_ntlm_only = ["TERMSRV/*"]\n')
        os.chmod(self.path('policy.toml'), 0o644)
        self.assertNotIn('the server gets no credentials', self.run_as(USER, *connect).stderr)

    def test_life_of_a_login(self):
        self.login('CORP\\alice')
        self.login('bob@corp.example', '--for', '8h')
        session = self.sessions()[USER]
        self.assertEqual(session['luid'], f'0x1:{USER:#x}')
        self.assertEqual(session['owner'], str(USER))
        bob, alice = session['identities']
        self.assertEqual((alice['domain'], alice['user'], alice['expires']), ('CORP', 'alice', None))
        self.assertEqual((bob['domain'], bob['user']), ('', 'bob@corp.example'))
        since, expires = (datetime.datetime.strptime(bob[end], TIME) for end in ('since', 'expires'))
        self.assertEqual(expires - since, datetime.timedelta(hours=8))
        self.assertLess(abs(datetime.datetime.utcnow() - since), datetime.timedelta(minutes=5))
        table = self.run_as(USER, 'sessions').stdout
        self.assertRegex(table, rf'(?m)^0x1:{USER:#x} +{USER} +CORP\\alice +\S+Z +the keyring goes$')
        self.assertRegex(table, r'bob@corp\.example +\S+Z +\S+Z\n')
        self.run_as(USER, 'logout', 'corp\\ALICE')
        self.assertEqual(self.names(), [('', 'bob@corp.example')])
        done = self.run_as(USER, 'logout', 'CORP\\alice', code=1)
        self.assertIn('SEC_E_NO_CREDENTIALS', done.stderr)
        self.run_as(USER, 'logout')
        self.assertEqual(self.names(), [])
        self.assertRegex(self.run_as(USER, 'sessions').stdout, rf'{USER} +- +- +-\n')
        self.run_as(USER, 'logout', code=1)

    def test_others_do_not_see_it_and_root_does(self):
        self.login('CORP\\alice')
        self.assertEqual(list(self.sessions(OTHER)), [OTHER])
        self.assertEqual(self.names(OTHER), [])
        seen = json.loads(self.run_as(0, 'sessions', '--json').stdout)
        self.assertIn(('0x0:0x3e7', 'SYSTEM'), [(one['luid'], one['owner']) for one in seen])
        self.assertIn('alice', [identity['user'] for one in seen if one['uid'] == USER
                                for identity in one['identities']])
        self.assertIn('CORP\\alice', self.run_as(0, 'sessions').stdout)

    def test_it_ends(self):
        said = self.login('CORP\\alice', '--for', '2s').stdout
        self.assertRegex(said, r'^logged in CORP\\alice until \d{4}-\d\d-\d\dT[\d:]+Z\n$')
        deadline = time.monotonic() + PATIENCE
        while self.names() and time.monotonic() < deadline:
            time.sleep(0.2)
        self.assertEqual(self.names(), [])

    def test_durations(self):
        for text, seconds in (('90s', 90), ('30m', 1800), ('2d', 172800), ('4294967295s', 2**32 - 1)):
            with self.subTest(text):
                self.login('alice', '--for', text)
                identity = self.sessions()[USER]['identities'][0]
                since, expires = (datetime.datetime.strptime(identity[end], TIME)
                                  for end in ('since', 'expires'))
                self.assertEqual((expires - since).total_seconds(), seconds)
        self.run_as(USER, 'logout')
        for text in ('8', 'h', '0s', '0d', '-8h', '+8h', ' 8h', '8 h', '8h ', '8H', '8hh', '8h30m',
                     '1.5h', '0x8h', 'tomorrow', '8w', '4294967296s', '49711d', '99999999999d'):
            with self.subTest(text):
                done = self.login('alice', '--for=' + text, code=2)
                self.assertIn('no duration', done.stderr)
        self.login('alice', '--for=', code=2)
        self.assertEqual(self.names(), [])

    def test_what_is_no_name(self):
        self.run_as(USER, 'login', code=2)
        for name in ('', 'CORP\\', 'A\\B\\c', 'x' * 257):
            with self.subTest(name):
                done = self.login(name, code=1)
                self.assertIn('SEC_E_INVALID_PARAMETER', done.stderr)
        self.login('alice', '--password', PASSWORD, code=2)
        self.run_as(USER, 'login', 'alice', '--password-file', self.path('missing'), code=2)

    def test_the_password_is_not_shown(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.setgroups([])
            os.setresgid(USER, USER, USER)
            os.setresuid(USER, USER, USER)
            os.execve(self.command, [self.command, 'login', 'CORP\\alice'], self.environment)
        shown = self.read_until(terminal, b'Password of CORP\\alice: ')
        os.write(terminal, PASSWORD.encode() + b'\n')
        shown += self.read_until(terminal, b'logged in CORP\\alice')
        os.waitpid(pid, 0)
        os.close(terminal)
        self.assertNotIn(PASSWORD.encode(), shown)
        self.assertEqual(self.names(), [('CORP', 'alice')])

    def test_a_kernel_that_refuses_keyrings(self):
        done = self.login('CORP\\alice', code=1, filter=refuse_keyrings)
        self.assertIn('kernel refuses keyrings', done.stderr)
        self.assertIn('Kerberos caches', done.stderr)
        self.assertIn('SEC_E_UNSUPPORTED_FUNCTION', done.stderr)
        self.run_as(USER, 'logout', code=1, filter=refuse_keyrings)
        done = self.run_as(USER, 'sessions', '--json', filter=refuse_keyrings)
        self.assertIn('kernel refuses keyrings', done.stderr)
        self.assertEqual([one['uid'] for one in json.loads(done.stdout)], [USER])


if __name__ == '__main__':
    main()
