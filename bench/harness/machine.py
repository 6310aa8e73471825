# SPDX-License-Identifier: Apache-2.0
"""The machine: its description, and how much of it other processes used."""
import datetime
import os
import platform
import shutil
import sqlite3
import subprocess
from pathlib import Path

TICK = os.sysconf('SC_CLK_TCK')


def _first(path, prefix):
    for line in Path(path).read_text().splitlines():
        if line.startswith(prefix):
            return line.split(':', 1)[1].strip()
    return 'unknown'


def _output(*command):
    if not shutil.which(command[0]):
        return 'none'
    return subprocess.run(command, capture_output=True, text=True).stdout.strip() or 'unknown'


def describe(root, data_dir):
    """One dictionary: processor, cores, memory, disk, versions, revision, date."""
    memory_kib = int(_first('/proc/meminfo', 'MemTotal').split()[0])
    return {
        'date': datetime.date.today().isoformat(),
        'cpu': _first('/proc/cpuinfo', 'model name'),
        'cores': os.cpu_count(),
        'memory_gb': round(memory_kib / 2**20),
        'disk': _output('findmnt', '-n', '-o', 'FSTYPE,SOURCE', '-T', str(data_dir)).replace('/dev/', ''),
        'kernel': platform.release(),
        'compiler': 'g++ ' + _output('g++', '-dumpfullversion'),
        'sqlite': sqlite3.sqlite_version,
        'python': platform.python_version(),
        'revision': _output('git', '-C', str(root), 'rev-parse', '--short', 'HEAD'),
    }


def line(machine):
    return ('{date}, {cpu}, {cores} cores, {memory_gb} GB, {disk}, Linux {kernel}, {compiler}, SQLite {sqlite}, '
            'Python {python}, revision {revision}').format(**machine)


def busy_seconds():
    """CPU seconds that all processes together have used since the start of the machine."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, Path('/proc/stat').read_text().split('\n')[0].split()[1:])
    return (user + nice + system + irq + softirq) / TICK


def process_seconds(pid):
    """CPU seconds that one process has used with all its threads since its start."""
    fields = Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()  # the name before it may hold anything
    return (int(fields[11]) + int(fields[12])) / TICK
