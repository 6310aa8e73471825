# SPDX-License-Identifier: Apache-2.0
"""Interleaved rounds: every contender of a row in turn, the order reversed every second round, noise noted."""
import json
import os
import subprocess
import sys
import time

from harness import machine

NOISY = 0.20  # share of the machine that others used; a round of a row with more does not count if three quieter ones exist


class Burst:
    """One run of one program: its figures, and the share of the machine that other processes used meanwhile.

    What the program talks to, `servers` by process id, is no other process.
    """

    def __init__(self, command, servers=()):
        def busy():
            return machine.busy_seconds() - sum(map(machine.process_seconds, servers))
        command = list(command)  # Late starts servers here: what that costs is no noise of the burst
        before, started = busy(), time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f'bench/run: failed ({child.returncode}): {" ".join(map(str, command))}')
        elapsed = time.monotonic() - started
        cpu = usage.ru_utime + usage.ru_stime
        self.noise = max(0.0, (busy() - before - cpu) / (elapsed * os.cpu_count()))
        self.figures = json.loads(output.strip().splitlines()[-1])
        if 'requests' in self.figures:  # a program that does not know its own CPU time: all of it counts
            self.figures['cpu_us_per_request'] = cpu * 1e6 / max(1, self.figures['requests'])


class Late:
    """A command that is made when it is run, each time anew: `words()` are its words."""

    def __init__(self, words):
        self._words = words

    def __iter__(self):
        return iter(self._words())


class Row:
    """One line of a table: what it measures, and one command for each contender, by name.

    `prepare` is called before each round, `set_up` before each burst and `clean_up` after it.
    """

    def __init__(self, label, commands, aim='', clean_up=None, prepare=None, set_up=None, servers=()):
        self.label, self.commands, self.aim = label, {k: v for k, v in commands.items() if v}, aim
        self.clean_up = clean_up or (lambda: None)
        self.prepare = prepare or (lambda: None)
        self.set_up = set_up or (lambda: None)
        self.servers = servers
        self.rounds = []  # of {contender: Burst}

    def run_round(self, number, quiet):
        names = list(self.commands)
        bursts = {}
        self.prepare()
        for name in names if number % 2 == 0 else reversed(names):
            self.set_up()
            if quiet:
                wait_until_quiet(quiet)
            bursts[name] = Burst(self.commands[name], self.servers)
            self.clean_up()
        self.rounds.append(bursts)

    def counted(self):
        """The rounds whose bursts all ran on a quiet machine, or all rounds when fewer than three did."""
        calm = [r for r in self.rounds if max(b.noise for b in r.values()) <= NOISY]
        return calm if len(calm) >= min(3, len(self.rounds)) else self.rounds

    def values(self, contender, figure):
        return [r[contender].figures[figure] for r in self.counted() if contender in r and figure in r[contender].figures]

    def median(self, contender, figure):
        return median(self.values(contender, figure))

    def ratio(self, figure, over, under):
        """Median of the rounds' own ratios, so that a slow minute of the machine hits both sides."""
        pairs = [(r[over].figures.get(figure), r[under].figures.get(figure)) for r in self.counted()
                 if over in r and under in r]
        return median([a / b for a, b in pairs if a is not None and b])

    def ratio_of(self, contender, over, under):
        """Median ratio of two figures of the same bursts."""
        pairs = zip(self.values(contender, over), self.values(contender, under))
        return median([a / b for a, b in pairs if b])

    def noise(self):
        shares = [max(b.noise for b in r.values()) for r in self.counted()]
        return median(shares), max(shares, default=0.0)

    def as_json(self):
        return {'label': self.label, 'aim': self.aim, 'rounds_counted': len(self.counted()),
                'rounds': [{name: b.figures | {'others_cpu': round(b.noise, 3)} for name, b in r.items()} for r in self.rounds]}


def median(values):
    values = sorted(values)
    if not values:
        return None
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def wait_until_quiet(longest):
    """Waits until others use less than a tenth of the machine for 0.3 s, at most `longest` seconds."""
    end = time.monotonic() + longest
    while time.monotonic() < end:
        before, started = machine.busy_seconds(), time.monotonic()
        time.sleep(0.3)
        if (machine.busy_seconds() - before) / ((time.monotonic() - started) * os.cpu_count()) < 0.1:
            return


def progress(text):
    """Shows where the run is, in place; nothing when stderr is not a terminal."""
    if sys.stderr.isatty():
        print(f'\r{text:<70}\r', end='', file=sys.stderr, flush=True)


def run_rows(rows, rounds, quiet):
    for number in range(rounds):
        for row in rows:
            progress(f'== round {number + 1}/{rounds}: {row.label}')
            row.run_round(number, quiet)
    progress('')
