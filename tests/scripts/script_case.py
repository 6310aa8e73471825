# SPDX-License-Identifier: Apache-2.0
"""What the tests of the scripts share: a small checkout in a temporary folder, and a script run on it."""
import pathlib
import subprocess
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / 'scripts'


class ScriptTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_script(self, name, *arguments):
        return subprocess.run([SCRIPTS / name, '--root', self.root, *arguments], capture_output=True, text=True)

    def expect_clean(self, *command):
        result = self.run_script(*command)
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, '', ''))

    def expect_finding(self, text, *command):
        result = self.run_script(*command)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertIn(text, result.stdout)
        self.assertEqual(len(result.stdout.splitlines()), 1, result.stdout)
