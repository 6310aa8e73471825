#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command as systemd would run a service of Type=notify: notified.py COMMAND...

Prints what it says until it was ready, alive and had a status, ends it with SIGTERM, prints whether it said that it stops,
and ends with its exit code."""
import os
import signal
import socket
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
    name = os.path.join(folder, "notify")
    manager.bind(name)
    manager.settimeout(60)
    command = subprocess.Popen(sys.argv[1:], env={**os.environ, "NOTIFY_SOCKET": name}, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    said = {}
    while not ("READY" in said and "WATCHDOG" in said and "STATUS" in said and "running" in said["STATUS"]):
        key, _, value = manager.recv(4096).decode().partition("=")
        said[key] = value
    print("ready", said["READY"])
    print("alive", said["WATCHDOG"])
    print(said["STATUS"])
    command.send_signal(signal.SIGTERM)
    sys.exit(command.wait(60))
