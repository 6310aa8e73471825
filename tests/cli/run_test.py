#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs one *.test file: commands of the shop and of lfold, and what they must print.

    run: COMMAND       runs it to its end (a shell line) in a folder of its own
    start: COMMAND     starts it and leaves it running (one command, no shell)
    await: TEXT        waits until the started command has printed TEXT on stdout
    awaiterr: TEXT     the same on stderr
    keep: NAME REGEX   waits until the started command has printed what the REGEX finds on stderr; its group is the
                       variable NAME of the commands that follow
    send: NAME         sends SIG<NAME> to it, and it runs on
    signal: NAME       sends SIG<NAME> to it; what follows is about the started command
    env: NAME=VALUE    for the commands that follow
    service: dynamodb  the commands that follow use tables of their own on the server that scripts/services started
    exit: N            the exit code; 0 when not given
    | LINE             a line of stdout; all of them, exactly; none when not given, unless `stdout: any`
    stdout: any        stdout is not compared
    stderr: TEXT       stderr contains TEXT; `stderr: none` when it must be empty
    json: EXPRESSION   a Python expression over `data`, the parsed stdout; lines of NDJSON are a list

Times and ids in stdout are shown as <time> and <uuid>. {version} stands for the project's version, {here} for the folder
of this script.
"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 60  # seconds for any one wait: only a test that fails gets there

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Command:
    def __init__(self, process):
        self.process = process
        self.text = {"out": "", "err": ""}
        self.changed = threading.Condition()
        self.readers = [threading.Thread(target=self.read, args=(name, pipe), daemon=True)
                        for name, pipe in (("out", process.stdout), ("err", process.stderr))]
        for reader in self.readers:
            reader.start()

    def read(self, name, pipe):
        while True:
            piece = os.read(pipe.fileno(), 65536)
            with self.changed:
                self.text[name] += piece.decode("utf-8", "surrogateescape")
                self.changed.notify_all()
            if not piece:
                return

    def wait_for(self, name, text):
        with self.changed:
            return self.changed.wait_for(lambda: text in self.text[name], LIMIT)

    def find(self, name, regex):
        with self.changed:
            self.changed.wait_for(lambda: regex.search(self.text[name]), LIMIT)
            return regex.search(self.text[name])

    def finish(self):
        code = self.process.wait(LIMIT)
        for reader in self.readers:
            reader.join(LIMIT)
        return code


class Test:
    def __init__(self, path, folder, version, environment):
        self.path, self.folder, self.version, self.environment = path, folder, version, environment
        self.current = self.started = None
        self.reset()

    def reset(self):
        self.lines, self.errors, self.expressions = [], [], []
        self.code, self.any_stdout, self.where = 0, False, 0

    def fail(self, number, what):
        sys.exit(f"{self.path}:{number}: {what}")

    def begin(self, number, text, shell):
        self.check()
        process = subprocess.Popen(text if shell else text.split(), shell=shell, cwd=self.folder, env=self.environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.where = number
        return Command(process)

    def check(self):
        command, where = self.current, self.where
        self.current = None
        if command is None:
            return self.reset()
        code = command.finish()
        out, err = command.text["out"], command.text["err"]
        shown = f"\n--- stdout\n{out}--- stderr\n{err}---"
        if code != self.code:
            self.fail(where, f"exit {code}, expected {self.code}{shown}")
        normal = UUID.sub("<uuid>", TIME.sub("<time>", out))
        expected = "".join(line + "\n" for line in self.lines)
        if not self.any_stdout and not self.expressions and normal != expected:
            self.fail(where, f"stdout differs; expected\n{expected}{shown}")
        for text in self.errors:
            if (text == "none" and err) or (text != "none" and text not in err):
                self.fail(where, f"stderr: expected {text!r}{shown}")
        if self.expressions:
            try:
                data = json.loads(out)
            except ValueError:
                data = [json.loads(line) for line in out.splitlines()]
            for text in self.expressions:
                if not eval(text, {"data": data, "len": len, "all": all, "sorted": sorted}):
                    self.fail(where, f"not so: {text}{shown}")
        self.reset()

    def use_dynamodb(self, number):
        variable, root = "LEFTFOLD_TEST_DYNOXIDE", os.path.join(HERE, "../..")
        address = os.environ.get(variable)
        if not address:
            with open(os.path.join(root, "build/services/dynamodb.env"), encoding="utf-8") as file:
                address = dict(line.rstrip().split("=", 1) for line in file).get(variable)
        if not address:
            self.fail(number, "dynoxide does not run; start it with scripts/services up dynamodb")
        self.environment.update(LEFTFOLD_STORE="dynamodb:", LEFTFOLD_BROKER="none:", DYNAMODB_LOCAL="true",
                                DYNAMODB_URL=address, DYNAMODB_PREFIX=f"cli-{uuid.uuid4()}-")

    def step(self, number, line):
        if line.startswith("|"):
            return self.lines.append(line[2:].replace("{version}", self.version))
        key, _, value = line.partition(":")
        value = value.strip().replace("{version}", self.version).replace("{here}", HERE)
        if key == "run":
            self.current = self.begin(number, value, True)
        elif key == "start":
            self.started = self.begin(number, value, False)
        elif key in ("await", "awaiterr"):
            self.check()
            if not self.started.wait_for("out" if key == "await" else "err", value):
                self.started.process.kill()
                self.fail(number, f"never came: {value!r}; it printed {self.started.text}")
        elif key == "keep":
            self.check()
            name, _, regex = value.partition(" ")
            found = self.started.find("err", re.compile(regex))
            if not found:
                self.started.process.kill()
                self.fail(number, f"never came: {regex!r}; it printed {self.started.text}")
            self.environment[name] = found.group(1)
        elif key == "send":
            self.check()
            self.started.process.send_signal(getattr(signal, "SIG" + value))
        elif key == "signal":
            self.check()
            self.started.process.send_signal(getattr(signal, "SIG" + value))
            self.current, self.where = self.started, number
        elif key == "env":
            self.check()
            name, _, text = value.partition("=")
            self.environment[name] = text
        elif key == "service":
            self.check()
            self.use_dynamodb(number)
        elif key == "exit":
            self.code = int(value)
        elif key == "stdout" and value == "any":
            self.any_stdout = True
        elif key == "stderr":
            self.errors.append(value)
        elif key == "json":
            self.expressions.append(value)
        else:
            self.fail(number, f"unknown step {line!r}")


def main():
    path, version, *programs = sys.argv[1:]
    environment = {name: value for name, value in os.environ.items()
                   if not re.match(r"LEFTFOLD_|KAFKA_|NO_COLOR|COLUMNS", name)}
    environment["PATH"] = os.pathsep.join([*(os.path.dirname(p) for p in programs), environment.get("PATH", "")])
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, open(path, encoding="utf-8") as file:
        test = Test(path, folder, version, environment)
        for number, line in enumerate(file.read().splitlines(), 1):
            if line and not line.startswith("#"):
                test.step(number, line)
        test.check()
        if test.started and test.started.process.poll() is None:
            test.started.process.kill()
            test.fail(0, "the started command still runs at the end: end it with a signal")
    print(f"{path}: passed in {time.monotonic() - begun:.2f} s")


main()
