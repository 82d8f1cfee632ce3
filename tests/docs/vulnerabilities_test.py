"""docs/vulnerabilities.md against the tests: every test that it names is there, in the program that
it names. vulnerabilities_test.py"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / 'docs/vulnerabilities.md'
DEFINITION = re.compile(r'^TEST(?:_[FP])?\((\w+),\s*(\w+)\)', re.MULTILINE)
# `program: Suite.Test`, and after it `Suite.Test` or `.Test` of the same program and suite.
NAMED = re.compile(r'`(?:(\w+): )?([A-Z]\w*)?\.([A-Z]\w+)`')


def tests_of(program):
    kind, _, part = program.partition('_')
    folder = ROOT / 'tests' / kind / part
    return {match for file in folder.glob('*.cpp')
            for match in DEFINITION.findall(file.read_text())}


class Vulnerabilities(unittest.TestCase):
    def test_names_tests_that_there_are(self):
        named = 0
        for row in PAGE.read_text().splitlines():
            if not row.startswith('|'):
                continue
            program = suite = None
            for match in NAMED.finditer(row):
                program, suite = match[1] or program, match[2] or suite
                with self.subTest(test=f'{program}: {suite}.{match[3]}'):
                    self.assertIsNotNone(program)
                    self.assertIn((suite, match[3]), tests_of(program))
                named += 1
        self.assertGreater(named, 50)


if __name__ == '__main__':
    unittest.main()
