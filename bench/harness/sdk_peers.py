# SPDX-License-Identifier: Apache-2.0
"""The AWS SDKs that the DynamoDB store is compared with: of Node, as tests/interop installs it, and of Python."""
import json
import re
import shutil
import subprocess
from pathlib import Path

from harness.packages import node_modules, python_with

FOLDER = Path(__file__).resolve().parent.parent / 'peer'


class SdkPeers:
    def __init__(self, root, wanted=True):
        lock = json.loads((root / 'tests' / 'interop' / 'package-lock.json').read_text())
        node_version = lock['packages']['node_modules/@aws-sdk/client-dynamodb']['version']
        requirements = re.findall(r'^\S+==\S+', (FOLDER / 'dynamodb_boto3.txt').read_text(), re.MULTILINE)
        self.names = {'node': f'Node {node_release()}, @aws-sdk/client-dynamodb {node_version}',
                      'python': f'Python, {requirements[0].replace("==", " ")}'}
        self.missing = dict.fromkeys(self.names, 'left out with --no-peer')
        if wanted:
            self._modules, self.missing['node'] = node_modules(root, self.names['node'])
            self._python, self.missing['python'] = python_with(root / 'build' / 'bench-boto3', self.names['python'], requirements)

    def command(self, peer, op, /, **options):
        """The command line that measures `op`, or None when this peer is missing."""
        if self.missing[peer]:
            return None
        program = {'node': lambda: ['env', f'NODE_PATH={self._modules}', 'node', FOLDER / 'dynamodb_node.js'],
                   'python': lambda: [self._python, FOLDER / 'dynamodb_boto3.py']}[peer]()
        return [str(word) for word in program] + [op, json.dumps(options)]

    def describe(self):
        """What each is, or why it is not measured, by name."""
        return {peer: self.missing[peer] or name for peer, name in self.names.items()}


def node_release():
    if not shutil.which('node'):
        return 'none'
    return subprocess.run(['node', '--version'], capture_output=True, text=True).stdout.strip()
