# SPDX-License-Identifier: Apache-2.0
"""The demo's program with two variables set: shop_two_variables_test.py SHOP, on the servers of scripts/services."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import uuid

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT = 240  # seconds for any one wait: only a test that fails gets there
SHOP = str(pathlib.Path(sys.argv[1]).resolve())


def address(service, variable):
    if os.environ.get(variable):
        return os.environ[variable]
    state = pathlib.Path(os.environ.get('LEFTFOLD_SERVICES_STATE') or ROOT / 'build/services')
    for line in (state / f'{service}.env').read_text().splitlines():
        if line.startswith(f'{variable}='):
            return line.split('=', 1)[1]
    raise RuntimeError(f'{service} does not run; start it with scripts/services up {service}')


class TwoVariables(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        name = f'shop-{uuid.uuid4()}'
        kept = {key: value for key, value in os.environ.items() if not key.startswith(('LEFTFOLD_', 'KAFKA_', 'DYNAMODB_'))}
        self.environment = {**kept, 'KAFKA_BROKERS': address('kafka', 'LEFTFOLD_TEST_KAFKA'), 'KAFKA_EVENTS_TOPIC': name,
                            'KAFKA_GROUP_ID': name, 'DYNAMODB_LOCAL': 'true',
                            'DYNAMODB_URL': address('dynamodb', 'LEFTFOLD_TEST_DYNOXIDE'), 'EVENTSTORE_TABLE_NAME': name}

    def shop(self, *words, **variables):
        done = subprocess.run([SHOP, *words], cwd=self.folder, env={**self.environment, **variables}, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def simulate_twice_and_verify(self, **variables):
        first = self.shop('simulate', '--customers', '40', **variables)
        self.assertIn('Customers 1 to 40', first)
        self.assertRegex(first, r'Verified: a fold of all \d+ events')
        again = self.shop('simulate', '--customers', '20', **variables)
        self.assertIn('Customers 41 to 60', again)
        self.assertRegex(again, r'Verified: a fold of all \d+ events')
        self.assertRegex(self.shop('verify', **variables), r'Verified')

    def test_simulate_on_dynamodb_and_kafka(self):
        self.simulate_twice_and_verify(LEFTFOLD_STORE='dynamodb:', LEFTFOLD_BROKER='kafka:')
        self.assertTrue((pathlib.Path(self.folder) / 'shop.receipts.db').is_file())
        self.assertFalse((pathlib.Path(self.folder) / 'shop.db').exists())

    def test_simulate_on_a_file_and_kafka(self):
        self.simulate_twice_and_verify(LEFTFOLD_BROKER='kafka:', SHOP_RECEIPTS='elsewhere.db')
        self.assertTrue((pathlib.Path(self.folder) / 'elsewhere.db').is_file())


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
