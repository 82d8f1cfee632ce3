"""opensspi creds: creds_test.py PATH-OF-OPENSSPI. Works as a Unix user that nobody else is, so that
the keyring of who runs the tests stays as it is. Needs root."""
import glob
import json
import os
import pty
import re
import shutil
import sys
import tempfile

import support
from support import PASSWORD, CommandTest, main

USER = 62201


def become_the_user(folder):
    """Takes the command into a folder where that user can run it, wherever it was built."""
    libraries = glob.glob(os.path.join(os.path.dirname(support.COMMAND), '../lib/libopensspi.so*'))
    for file in (support.COMMAND, *libraries):
        shutil.copy(file, folder)
    support.COMMAND = os.path.join(folder, os.path.basename(support.COMMAND))
    os.environ['LD_LIBRARY_PATH'] = folder
    os.chown(folder, USER, USER)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


class Creds(CommandTest):
    def setUp(self):
        super().setUp()
        self.assertEqual(os.geteuid(), USER)
        self.forget_all()
        self.addCleanup(self.forget_all)

    def creds(self, *arguments):
        return json.loads(self.run_command('creds', *arguments, '--json').stdout)

    def add(self, target, user, *arguments, password=PASSWORD, **keywords):
        return self.run_command('creds', 'add', target, user, '--password-file', '-', *arguments,
                                input=password + '\n', **keywords)

    def forget_all(self):
        for target in {credential['target'].upper() for credential in self.creds('list')}:
            self.run_command('creds', 'remove', target)

    def test_life_of_a_credential(self):
        self.assertEqual(self.creds('list'), [])
        self.assertEqual(self.add('TERMSRV/server', 'CORP\\alice').stdout,
                         'saved CORP\\alice for TERMSRV/server\n')
        credential, = self.creds('show', 'termsrv/SERVER')
        self.assertRegex(credential.pop('last_written'), r'^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$')
        self.assertEqual(credential, {'target': 'TERMSRV/server', 'type': 'domain_password',
                                      'user': 'CORP\\alice', 'comment': ''})
        self.add('TERMSRV/server', 'bob@corp.example')
        self.assertEqual(self.creds('list')[0]['user'], 'bob@corp.example')
        self.assertEqual(self.run_command('creds', 'remove', 'TERMSRV/server').stdout,
                         'removed what was saved for TERMSRV/server\n')
        self.assertEqual(self.creds('list'), [])

    def test_both_types_of_a_target(self):
        self.add('*', 'alice')
        self.add('*', 'bob', '--generic')
        self.add('server', 'carol')
        shown = [(credential['type'], credential['user']) for credential in self.creds('show', '*')]
        self.assertEqual(shown, [('generic', 'bob'), ('domain_password', 'alice')])
        self.run_command('creds', 'remove', '*')
        self.assertEqual([credential['target'] for credential in self.creds('list')], ['server'])

    def test_lists(self):
        for target in ('TERMSRV/b', 'termsrv/A', '*.corp.example'):
            self.add(target, 'CORP\\alice')
        self.assertEqual([credential['target'] for credential in self.creds('list')],
                         ['*.corp.example', 'termsrv/A', 'TERMSRV/b'])
        self.assertEqual(len(self.creds('list', 'TermSrv/*')), 2)
        self.assertEqual(len(self.creds('list', 'termsrv/a')), 1)
        self.assertEqual(self.creds('list', 'HTTP/*'), [])
        lines = self.run_command('creds', 'list').stdout.splitlines()
        self.assertEqual(lines[0].split(), ['TARGET', 'TYPE', 'USER', 'LAST', 'WRITTEN'])
        self.assertTrue(re.match(r'termsrv/A +domain_password +CORP\\alice +20', lines[2]), lines)
        self.assertEqual(len(self.run_command('creds', 'show', 'TERMSRV/b').stdout.splitlines()), 2)

    def test_shows_no_password(self):
        self.add('server', 'alice')
        self.add('server', 'alice', '--generic')
        for arguments in (['list'], ['list', '--json'], ['show', 'server'],
                          ['show', 'server', '--json']):
            done = self.run_command('creds', *arguments)
            self.assertNotIn(PASSWORD, done.stdout + done.stderr)

    def test_refusals(self):
        for verb in ('show', 'remove'):
            done = self.run_command('creds', verb, 'nowhere', code=1)
            self.assertIn('nowhere: ', done.stderr)
            self.assertIn('SEC_E_NO_CREDENTIALS', done.stderr)
        self.assertIn('SEC_E_INVALID_PARAMETER', self.add('server', 'CORP\\', code=1).stderr)
        self.assertIn('SEC_E_INVALID_PARAMETER', self.add('a*b', 'alice', code=1).stderr)
        self.assertIn('SEC_E_INVALID_PARAMETER', self.add('n' * 338, 'alice', code=1).stderr)
        self.assertIn('SEC_E_INVALID_PARAMETER',
                      self.add('server', 'alice', password='p' * 1281, code=1).stderr)
        self.assertEqual(self.creds('list'), [])
        self.add('server', 'alice', password='p' * 1280)

    def test_long_generic_names(self):
        self.add('n' * 338, 'alice', '--generic')
        self.assertEqual(self.creds('show', 'n' * 338)[0]['type'], 'generic')
        self.run_command('creds', 'remove', 'n' * 338)

    def test_usage_errors(self):
        for arguments in ([], ['add'], ['add', 'server'], ['show'], ['remove'], ['nonsense'],
                          ['add', 'server', 'alice', '--password', PASSWORD],
                          ['add', 'server', 'alice', PASSWORD],
                          ['add', 'server', 'alice', '--password-file', self.path('missing')]):
            with self.subTest(arguments):
                self.run_command('creds', *arguments, code=2)
        self.assertEqual(self.creds('list'), [])

    def test_prompt_shows_no_password(self):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(support.COMMAND, ['opensspi', 'creds', 'add', 'server', 'alice'],
                      self.environment)
        shown = self.read_until(terminal, b'Password of alice: ')
        os.write(terminal, PASSWORD.encode() + b'\n')
        shown += self.read_until(terminal, b'saved alice')
        os.waitpid(pid, 0)
        os.close(terminal)
        self.assertNotIn(PASSWORD.encode(), shown)
        self.assertEqual(self.creds('list')[0]['user'], 'alice')


if __name__ == '__main__':
    if os.geteuid() == 0:
        with tempfile.TemporaryDirectory(prefix='opensspi-creds-') as own_folder:
            become_the_user(own_folder)
            main()
    elif os.environ.get('CI') == 'true':
        sys.exit('needs root, to become another user')
    else:
        sys.exit(77)
