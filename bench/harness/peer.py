"""The peer: the Python package `eventsourcing`, in a virtual environment under build/, and what to say when it is not there."""
import json
import subprocess
import sys
import venv
from pathlib import Path

VERSION = '9.5.6'
DRIVER = Path(__file__).resolve().parent.parent / 'peer' / 'python_eventsourcing.py'


class Peer:
    name = f'Python eventsourcing {VERSION}'

    def __init__(self, root, wanted=True):
        self.python = root / 'build' / 'bench-venv' / 'bin' / 'python'
        self.missing = None if wanted else 'left out with --no-peer'
        if wanted and not self._has_package():
            self._install()

    def _has_package(self):
        check = f'import importlib.metadata as m; raise SystemExit(m.version("eventsourcing") != "{VERSION}")'
        return self.python.exists() and subprocess.run([self.python, '-c', check], capture_output=True).returncode == 0

    def _install(self):
        print(f'== installing {self.name} into build/bench-venv', file=sys.stderr)
        try:
            venv.create(self.python.parent.parent, with_pip=True)
            subprocess.run([self.python, '-m', 'pip', 'install', '--quiet', f'eventsourcing=={VERSION}'],
                           check=True, capture_output=True, text=True, timeout=300)
        except (OSError, subprocess.SubprocessError) as error:
            said = (getattr(error, 'stderr', None) or str(error)).strip().splitlines()
            self.missing = f'not measured: {self.name} cannot be installed ({said[-1] if said else error})'
            print(f'bench/run: {self.missing}', file=sys.stderr)

    def command(self, op, /, **options):
        """The command line that measures `op`, or None when the peer is missing."""
        if self.missing:
            return None
        return [str(self.python), str(DRIVER), op, json.dumps(options)]
