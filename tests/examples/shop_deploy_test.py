# SPDX-License-Identifier: Apache-2.0
"""The files under examples/shop/deploy are YAML of the right shape, and start verbs that the program has.

shop_deploy_test.py SHOP: no Docker and no cluster is needed, and nothing is started but `SHOP --help`.
"""
import os
import pathlib
import re
import subprocess
import sys
import unittest

try:
    import yaml
except ImportError:  # a Python of one's own: scripts/setup puts it beside the system's
    if sys.executable == '/usr/bin/python3':
        raise
    os.execv('/usr/bin/python3', ['/usr/bin/python3', '-B', *sys.argv])

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / 'examples/shop/deploy'
SHOP = sys.argv[1]


def help_of(*words):
    done = subprocess.run([SHOP, *words, '--help'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


class Deploy(unittest.TestCase):
    def known_settings(self):
        named = set(re.findall(r'\b[A-Z][A-Z0-9_]{3,}\b', ''.join((ROOT / 'docs' / page).read_text()
                                                               for page in ('reference/environment.md', 'stores/dynamodb.md'))))
        return named | {'SHOP_RECEIPTS', 'AWS_REGION'}

    def check_command(self, words):
        if words[0] in ('serve', 'drive'):
            return self.assertRegex(help_of(), rf'(?m)^ +{words[0]} ')
        verbs = [word for word in words if not word.startswith('-')][:2 if words[0] == 'publisher' else 1]
        self.assertIn('--only' if words[0] == 'run' else 'publisher', help_of(*verbs))
        if '--only' in words:
            source = (ROOT / 'examples/shop/main.cc').read_text()
            self.assertIn(f'<shop::{words[words.index("--only") + 1]}>', source)

    def test_compose(self):
        document = yaml.safe_load((DEPLOY / 'docker-compose.yml').read_text())
        services = document['services']
        self.assertEqual(set(services), {'kafka', 'dynamodb', 'carts', 'publisher', 'projector', 'listener'})
        for name in ('carts', 'publisher', 'projector', 'listener'):
            service = services[name]
            self.check_command(service['command'])
            self.assertLessEqual(set(service['environment']), self.known_settings())
            self.assertEqual(service['environment']['KAFKA_BROKERS'], 'kafka:9092')
            self.assertLessEqual(set(service['depends_on']), set(services))
        build = services['carts']['build']
        self.assertTrue((DEPLOY / build['context'] / build['dockerfile']).is_file())

    def test_kubernetes(self):
        objects = list(yaml.safe_load_all((DEPLOY / 'kubernetes.yaml').read_text()))
        by_name = {(each['kind'], each['metadata']['name']): each for each in objects}
        self.assertEqual(len(by_name), len(objects))
        settings = by_name['ConfigMap', 'shop']['data']
        self.assertLessEqual(set(settings), self.known_settings())
        self.assertTrue(all(isinstance(value, str) for value in settings.values()), settings)
        pods = [each for each in objects if each['kind'] in ('Deployment', 'StatefulSet')]
        self.assertEqual({each['metadata']['name'] for each in pods}, {'carts', 'publisher', 'projector', 'listener'})
        for each in pods:
            template = each['spec']['template']
            self.assertEqual(each['spec']['selector']['matchLabels'], template['metadata']['labels'])
            for container in template['spec']['containers']:
                self.check_command(container['args'])

    def test_dockerfile_installs_what_the_build_needs(self):
        text = (DEPLOY / 'Dockerfile').read_text()
        for package in re.findall(r'\S+-dev', (ROOT / 'scripts/setup').read_text().split('[build]=')[1].split('\n')[0]):
            if package not in ('libgtest-dev', 'dpkg-dev'):  # tests and packages need them
                self.assertIn(package.strip('"'), text)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
