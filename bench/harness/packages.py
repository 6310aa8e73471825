# SPDX-License-Identifier: Apache-2.0
"""Packages that benchmarks compare with, put below build/ when they are missing, and what to say when they cannot be."""
import subprocess
import sys
import venv


def _last_line(error):
    said = (getattr(error, 'stderr', None) or str(error)).strip().splitlines()
    return said[-1] if said else str(error)


def python_with(folder, name, requirements):
    """The Python of a virtual environment in `folder` with these requirements ("boto3==1.2.3"), and why not (else None)."""
    python = folder / 'bin' / 'python'
    wanted = [requirement.split('==') for requirement in requirements]
    check = f'import importlib.metadata as m; raise SystemExit(any(m.version(n) != v for n, v in {wanted}))'
    if python.exists() and subprocess.run([python, '-c', check], capture_output=True).returncode == 0:
        return python, None
    print(f'== installing {name} into build/{folder.name}', file=sys.stderr)
    try:
        venv.create(folder, with_pip=True)
        subprocess.run([python, '-m', 'pip', 'install', '--quiet', *requirements], check=True, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        return None, missing_text(name, error)
    return python, None


def node_modules(root, name):
    """The folder of the Node packages that the tests use too, and why not (else None)."""
    try:
        subprocess.run([root / 'tests' / 'interop' / 'install'], check=True, stdin=subprocess.DEVNULL, capture_output=True,
                       text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        return None, missing_text(name, error)
    return root / 'build' / 'interop' / 'node_modules', None


def missing_text(name, error):
    text = f'not measured: {name} cannot be installed ({_last_line(error)})'
    print(f'bench/run: {text}', file=sys.stderr)
    return text
