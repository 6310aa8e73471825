# SPDX-License-Identifier: Apache-2.0
"""scripts/services with a Kafka broker of its own, in the folder LEFTFOLD_SERVICES_STATE (which it empties)."""
import os
import pathlib
import re
import struct
import subprocess
import sys
import time
import unittest
import zlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'scripts/services.d'))
from kafka_wire import Broker, text  # noqa: E402

STATE = pathlib.Path(os.environ['LEFTFOLD_SERVICES_STATE']).absolute()
TOPIC = 'kept'
PRODUCE, LIST_OFFSETS, CREATE_TOPICS = 0, 2, 19


def environment(**more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith('LEFTFOLD_')}
    return {**kept, 'LEFTFOLD_SERVICES_STATE': str(STATE), **more}


def services(*arguments, **variables):
    return subprocess.run([ROOT / 'scripts/services', *arguments], env=environment(**variables), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)


def until_without_error(ask):
    """What `ask` returns; it raises ValueError while a partition has no leader yet."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return ask()
        except ValueError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)  # asking again


def checked(error):
    if error:
        raise ValueError(f'the broker answers error {error}')


def create_topic(port):
    with Broker(port) as broker:
        answer = broker.request(CREATE_TOPICS, 2, struct.pack('>i', 1) + text(TOPIC) +
                                struct.pack('>ihiiib', 1, 1, 0, 0, 30000, 0))
    answer.take('ii')
    answer.text()
    checked(answer.take('h'))


def write_event(port):
    def ask():
        value = b'event'
        message = struct.pack('>bbqii', 1, 0, 0, -1, len(value)) + value
        message = struct.pack('>I', zlib.crc32(message)) + message
        message = struct.pack('>qi', 0, len(message)) + message
        with Broker(port) as broker:
            answer = broker.request(PRODUCE, 2, struct.pack('>hii', -1, 30000, 1) + text(TOPIC) +
                                    struct.pack('>iii', 1, 0, len(message)) + message)
        answer.take('i')
        answer.text()
        checked(answer.take('iih')[2])
    until_without_error(ask)


def end_offset(port):
    def ask():
        with Broker(port) as broker:
            answer = broker.request(LIST_OFFSETS, 1, struct.pack('>ii', -1, 1) + text(TOPIC) +
                                    struct.pack('>iiq', 1, 0, -1))
        answer.take('i')
        answer.text()
        _, _, error, _, offset = answer.take('iihqq')
        checked(error)
        return offset
    return until_without_error(ask)


class ServicesTest(unittest.TestCase):
    def setUp(self):
        self.addCleanup(self.expect, 0, 'down', 'kafka')
        self.expect(0, 'down', 'kafka')  # what an interrupted run left

    def expect(self, code, *arguments, **variables):
        result = services(*arguments, **variables)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def up(self):
        """The port, as --print-env says it."""
        line = self.expect(0, 'up', 'kafka', '--print-env').stdout
        self.assertRegex(line, r'\ALEFTFOLD_TEST_KAFKA=127\.0\.0\.1:\d+\n\Z')
        self.assertEqual((STATE / 'kafka.env').read_text(), line)
        return int(line.rsplit(':')[-1])

    def expect_running(self, port):
        self.assertEqual(self.expect(0, 'status', 'kafka').stdout, f'kafka 127.0.0.1:{port}\n')

    def expect_not_running(self):
        self.assertEqual(self.expect(3, 'status', 'kafka').stdout, 'kafka does not run\n')

    def process(self):
        return int((STATE / 'kafka.pid').read_text().split()[0])

    def test_data_and_port_outlive_the_process_until_down(self):
        self.expect_not_running()
        port = self.up()
        self.expect_running(port)
        low, high = map(int, pathlib.Path('/proc/sys/net/ipv4/ip_local_port_range').read_text().split())
        self.assertFalse(low <= port <= high, f'{port} may be given to any client while the broker is down')
        create_topic(port)
        write_event(port)

        first = self.process()
        self.expect(0, 'kill', 'kafka')
        self.expect_not_running()
        with self.assertRaises(ConnectionRefusedError):
            Broker(port)
        self.expect(1, 'kill', 'kafka')
        self.assertEqual(self.up_by_two_at_once(), port)
        self.assertEqual(end_offset(port), 1)
        second = self.process()
        self.assertNotEqual(first, second)
        self.assertEqual(self.up(), port)
        self.assertEqual(self.process(), second, 'up of what runs starts nothing')

        write_event(port)
        self.expect(0, 'restart', 'kafka', LEFTFOLD_TEST_KAFKA=f'127.0.0.1:{port}')
        self.expect_running(port)
        self.assertEqual(end_offset(port), 2)
        self.assertNotEqual(self.process(), second)
        self.assertIn('shut down completed', (STATE / 'kafka.log').read_text())

        last = self.process()
        self.expect(0, 'down', 'kafka')
        self.expect_not_running()
        self.assertFalse(pathlib.Path(f'/proc/{last}/cmdline').exists() and
                         pathlib.Path(f'/proc/{last}/cmdline').read_bytes(), 'the broker still runs')
        self.assertEqual([file.name for file in STATE.iterdir() if not re.search(r'\.(log|lock)$', file.name)], [])

    def up_by_two_at_once(self):
        command = [ROOT / 'scripts/services', 'up', 'kafka', '--print-env']
        both = [subprocess.Popen(command, env=environment(), text=True, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE) for _ in range(2)]
        lines = [process.communicate(timeout=300)[0] for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0])
        self.assertEqual(lines[0], lines[1])
        return int(lines[0].rsplit(':')[-1])

    def test_a_broker_that_cannot_start_says_why(self):
        result = self.expect(1, 'up', 'kafka', LEFTFOLD_KAFKA_JAVA_OPTIONS='-XX:+NoSuchOption')
        self.assertIn('NoSuchOption', result.stderr)

    def test_a_broker_of_the_environment_is_left_alone(self):
        given = {'LEFTFOLD_TEST_KAFKA': 'elsewhere:9092'}
        self.assertEqual(self.expect(0, 'up', 'kafka', '--print-env', **given).stdout,
                         'LEFTFOLD_TEST_KAFKA=elsewhere:9092\n')
        self.expect_not_running()
        for action in 'kill', 'restart':
            self.assertIn('not started here', self.expect(1, action, 'kafka', **given).stderr)

    def test_wrong_usage(self):
        for arguments in [], ['up', 'kafak'], ['kill'], ['restart'], ['stop', 'kafka']:
            self.assertIn('scripts/services up|down|install|status|kill|restart', self.expect(2, *arguments).stderr)


if __name__ == '__main__':
    unittest.main()
