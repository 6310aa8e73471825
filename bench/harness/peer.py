# SPDX-License-Identifier: Apache-2.0
"""The peer: the Python package `eventsourcing`, in a virtual environment under build/, and what to say when it is not there."""
import json
from pathlib import Path

from harness.packages import python_with

VERSION = '9.5.6'
DRIVER = Path(__file__).resolve().parent.parent / 'peer' / 'python_eventsourcing.py'


class Peer:
    name = f'Python eventsourcing {VERSION}'

    def __init__(self, root, wanted=True):
        self.missing = 'left out with --no-peer'
        if wanted:
            self.python, self.missing = python_with(root / 'build' / 'bench-venv', self.name, [f'eventsourcing=={VERSION}'])

    def command(self, op, /, **options):
        """The command line that measures `op`, or None when the peer is missing."""
        if self.missing:
            return None
        return [str(self.python), str(DRIVER), op, json.dumps(options)]
