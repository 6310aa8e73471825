# SPDX-License-Identifier: Apache-2.0
"""The two services of docs/guides/microservices.md: microservices_test.py ORDERS SHIPPING, the programs."""
import json
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 90  # seconds for any one wait: only a test that fails gets there
ORDERS, SHIPPING = (str(pathlib.Path(program).resolve()) for program in sys.argv[1:3])


def brokers():
    given = os.environ.get('LEFTFOLD_TEST_KAFKA')
    if given:
        return given
    state = pathlib.Path(os.environ.get('LEFTFOLD_SERVICES_STATE') or ROOT / 'build/services')
    for line in (state / 'kafka.env').read_text().splitlines():
        if line.startswith('LEFTFOLD_TEST_KAFKA='):
            return line.split('=', 1)[1]
    raise RuntimeError('Kafka does not run; start it with scripts/services up kafka')


class Service:
    """A service that runs, with the lines it prints."""

    def __init__(self, command, folder, environment):
        self.log = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.lines = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())
        self.lines.put(None)

    def until(self, wanted):
        """Reads lines until all of `wanted` have come; returns all that came."""
        came, missing = [], set(wanted)
        while missing:
            line = self.lines.get(timeout=LIMIT)
            if line is None:
                raise AssertionError(f'ended before it printed {sorted(missing)}: {self.said()}')
            came.append(line)
            missing.discard(line)
        return came

    def said(self):
        self.log.seek(0)
        return self.log.read().decode()

    def end(self, how):
        self.process.send_signal(how)
        code = self.process.wait(LIMIT)
        self.reader.join(LIMIT)
        self.process.stdout.close()
        return code

    def close(self):
        if self.process.poll() is None:
            self.end(signal.SIGKILL)
        self.log.close()


class Microservices(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(('LEFTFOLD_', 'KAFKA_'))}
        self.environment = {**kept, 'KAFKA_BROKERS': brokers(), 'KAFKA_EVENTS_TOPIC': f'orders-{uuid.uuid4()}',
                            'LEFTFOLD_KAFKA_PARTITIONS': '3',
                            'LEFTFOLD_KAFKA__SESSION_TIMEOUT_MS': '6000'}  # so long a killed one keeps its partitions

    def start(self, *command):
        service = Service(command, self.folder, self.environment)
        self.addCleanup(service.close)
        return service

    def run_to_end(self, *command):
        done = subprocess.run(command, cwd=self.folder, env=self.environment, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def place(self, *numbers):
        for number in numbers:
            self.run_to_end(ORDERS, 'place', f'order-{number}', 'apple', 'Lyon')
        return [f'ship order-{number}: apple to Lyon' for number in numbers]

    def status(self, service=SHIPPING):
        return json.loads(self.run_to_end(service, 'projectors', 'status', '--json'))['data']

    def wait_until_nothing_is_behind(self):
        deadline = time.monotonic() + LIMIT  # checkpoints reach the broker up to a second later
        for service in (ORDERS, SHIPPING):
            while any(each['lag'] != 0 for each in self.status(service)['subscriptions']):
                self.assertLess(time.monotonic(), deadline, self.status(service))

    def test_what_one_service_stores_the_other_handles_through_kills(self):
        first = self.place(1, 2, 3, 4)
        publishing = self.start(ORDERS, 'publish')
        shipping = self.start(SHIPPING, 'run')
        shipping.until(first)
        self.wait_until_nothing_is_behind()
        self.assertEqual(self.status()['head'], 4)
        shipping.end(signal.SIGKILL)
        publishing.end(signal.SIGKILL)

        second = self.place(5, 6, 7)
        self.run_to_end(ORDERS, 'cancel', 'order-2')
        lags = {each['name']: each['lag'] for each in self.status()['subscriptions']}
        self.assertEqual(lags, {'OpenOrders': 0, 'ShipOrder': 0})  # not published yet
        publishing = self.start(ORDERS, 'publish')
        shipping = self.start(SHIPPING, 'run')
        came = shipping.until(second)
        self.assertEqual(came.count(first[0]), 0, 'it was checkpointed')
        self.wait_until_nothing_is_behind()
        self.assertEqual(self.run_to_end(SHIPPING, 'open').split('\n'),
                         [f'order-{number} apple' for number in (1, 3, 4, 5, 6, 7)] + [''])
        for service in (publishing, shipping):
            self.assertEqual(service.end(signal.SIGTERM), 0, service.said())

    def test_kafka_turned_off_leaves_the_service_running_without_a_client(self):
        self.environment.update(KAFKA_ENABLED='false', KAFKA_BROKERS='127.0.0.1:1')
        shipping = self.start(SHIPPING, 'run')
        deadline = time.monotonic() + LIMIT
        while 'no handler receives an event' not in shipping.said():
            self.assertLess(time.monotonic(), deadline, shipping.said())
            self.assertIsNone(shipping.process.poll(), shipping.said())
            time.sleep(0.05)  # asking again
        self.assertEqual(shipping.end(signal.SIGTERM), 0, shipping.said())
        self.assertEqual(shipping.said().count('it is off'), 1, shipping.said())


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
