# SPDX-License-Identifier: Apache-2.0
"""Builds programs on leftfold as its users do, and runs them.

package_test.py WORK_DIR PREFIX COMPILER LAUNCHER CASE [SHARED_TREE]; PREFIX is where it is installed.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
WORK, PREFIX, COMPILER, LAUNCHER, CASE = sys.argv[1:6]
VERSION = re.search(r'project\(leftfold VERSION ([\d.]+)', (ROOT / 'CMakeLists.txt').read_text())[1]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith('LEFTFOLD_')}


class Package(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.work = pathlib.Path(WORK) / CASE
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def run_(self, *command, expect=0, cwd=None, **environment):
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              cwd=cwd or self.work, env={**ENVIRONMENT, **environment}, check=False)
        if expect is not None:
            self.assertEqual(done.returncode, expect, f'{command}\n{done.stdout}')
        return done.stdout

    def configure(self, source, *options, prefix=PREFIX, expect=0):
        return self.run_('cmake', '-S', source, '-B', self.work / 'build', '-G', 'Ninja', f'-DCMAKE_PREFIX_PATH={prefix}',
                         f'-DCMAKE_CXX_COMPILER={COMPILER}', f'-DCMAKE_CXX_COMPILER_LAUNCHER={LAUNCHER}', *options,
                         expect=expect)

    def build(self, source, *options, prefix=PREFIX, target='all'):
        text = self.configure(source, *options, prefix=prefix)
        self.run_('cmake', '--build', self.work / 'build', '--target', target)
        return text

    def message(self, find):
        """What CMake says about one find_package(), which fails, in words without line breaks."""
        (self.work / 'CMakeLists.txt').write_text(f'cmake_minimum_required(VERSION 3.25)\nproject(x CXX)\n{find}\n')
        return ' '.join(self.configure(self.work, expect=1).split())

    def check_consumer(self, program, **environment):
        self.assertEqual(self.run_(program, self.work / 'cart.db', **environment), f'5 items, leftfold {VERSION}\n')

    def components(self):
        self.build(HERE / 'consumer')
        self.check_consumer(self.work / 'build/consumer')
        self.assertNotIn('rdkafka', self.run_('ldd', self.work / 'build/consumer'))

    def handlers(self):
        self.build(HERE / 'handlers')
        self.assertEqual(self.run_(self.work / 'build/host', self.work / 'build/libgreeter.so'),
                         'hello Ada\ncaught from the library\n')

    def pkg_config(self):
        files = next(pathlib.Path(PREFIX).rglob('leftfold.pc')).parent
        words = self.run_('pkg-config', '--cflags', '--libs', 'leftfold', PKG_CONFIG_PATH=str(files)).split()
        self.run_(COMPILER, '-std=c++20', HERE / 'consumer/main.cc', '-o', 'consumer', *words)
        self.check_consumer(self.work / 'consumer')

    def unknown_component(self):
        self.assertIn('leftfold has no component "postgres"; there are core, sqlite, dynamodb, kafka, lambda, observe, cli and testing.',
                      self.message('find_package(leftfold REQUIRED COMPONENTS core postgres)'))

    def wrong_version(self):
        major, minor, _ = VERSION.split('.')
        for version in (f'{major}.{int(minor) + 1}', f'{int(major) + 1}.0'):
            text = self.message(f'find_package(leftfold {version} REQUIRED)')
            self.assertIn(f'compatible with requested version "{version}"', text)
            self.assertIn(f'leftfoldConfig.cmake, version: {VERSION}', text)

    def fetch(self):
        text = self.build(HERE / 'fetch', f'-DLEFTFOLD={ROOT}', target='fetch')  # `all` has all of leftfold in it
        self.assertNotRegex(text, 'GTest|examples/shop|RapidJSON|Warning')
        self.assertEqual(self.run_(self.work / 'build/fetch'),
                         f'0198c0de-0000-7000-8000-000000000000, leftfold {VERSION}\n')

    def not_built(self):
        self.configure(ROOT, '-DLEFTFOLD_WITH_KAFKA=OFF', '-DLEFTFOLD_TESTS=OFF', '-DLEFTFOLD_EXAMPLES=OFF')
        (self.work / 'user').mkdir()
        built = self.work / 'build/src'
        self.work /= 'user'
        text = self.message(f'set(leftfold_DIR "{built}")\n'
                            'find_package(leftfold QUIET OPTIONAL_COMPONENTS kafka COMPONENTS kafka)\n'
                            'if(leftfold_FOUND)\nmessage(FATAL_ERROR "found")\nendif()\n'
                            'find_package(leftfold REQUIRED COMPONENTS kafka)')
        self.assertIn('This leftfold was built without its component "kafka" (LEFTFOLD_WITH_KAFKA=OFF). It has: core', text)
        self.assertIn('Build leftfold with -DLEFTFOLD_WITH_KAFKA=ON, or do without.', text)

    def project(self):
        """A beginner's hour: init, build, test, a command, handlers, a listener that fails and is mended."""
        lfold = pathlib.Path(PREFIX) / 'bin/lfold'
        self.run_(lfold, 'init', 'shop', '--template', 'cart')
        shop = self.work / 'shop'
        self.run_(lfold, 'new', 'aggregate', 'Order', '--field', 'customer:string', cwd=shop)
        self.run_(lfold, 'new', 'event', 'OrderPaid', '--field', 'cents:int64', cwd=shop)
        self.run_(lfold, 'new', 'projector', 'Orders', '--of', 'Order', '--field', 'paid:bool', cwd=shop)
        self.run_(lfold, 'new', 'listener', 'SendInvoice', '--of', 'Order', cwd=shop)
        main = shop / 'src/main.cc'  # as lfold said
        text = main.read_text().replace('#include "cart.h"', ''.join(
            f'#include "{name}.h"\n' for name in ('cart', 'order', 'order_paid', 'orders', 'send_invoice')))
        main.write_text(text.replace('app.aggregate<Cart>();', 'app.aggregate<Cart>();\napp.aggregate<Order>();\n'
                                     'app.projector<Orders>(app.read_tables());\napp.listener<SendInvoice>();'))
        self.build_and_test(shop, tests=2)

        program = shop / 'build/dev/shop'
        self.run_(program, 'add', 'cart-1', 'apple', '2', cwd=shop)
        self.run_(program, 'buy', 'cart-1', cwd=shop)
        self.run_until(program, 'parked', shop, ('best', '2 apple\n'))  # there is no folder for receipts
        self.assertEqual(self.run_(program, 'best', cwd=shop), '2 apple\n')
        self.assertIn('is there a folder receipts?', self.run_(program, 'dlq', 'show', 'WriteReceipt', 'cart-1', cwd=shop))
        (shop / 'receipts').mkdir()
        self.run_(program, 'dlq', 'retry', 'WriteReceipt', '--all', '--yes', cwd=shop)
        self.assertEqual((shop / 'receipts/cart-1.txt').read_text(), 'cart-1: 2 items\n')
        self.run_(program, 'replay', 'BestSellers', '--yes', cwd=shop)
        self.assertEqual(self.run_(program, 'best', cwd=shop), '2 apple\n')
        self.assertIn('CartBought', self.run_(lfold, '--store', 'sqlite:shop.db', 'events', 'read', 'cart-1', cwd=shop))

    def minimal_project(self):
        lfold = pathlib.Path(PREFIX) / 'bin/lfold'
        self.run_(lfold, 'init', 'todo')
        todo = self.work / 'todo'
        self.build_and_test(todo, tests=1)
        program = todo / 'build/dev/todo'
        self.run_(program, 'open', 'task-1', 'write the manual', cwd=todo)
        self.run_(program, 'open', 'task-2', 'sleep', cwd=todo)
        self.run_(program, 'finish', 'task-2', cwd=todo)
        self.run_until(program, 'task-2 is done', todo, ('tasks', 'task-1: write the manual\n'))
        self.assertEqual(self.run_(program, 'tasks', cwd=todo), 'task-1: write the manual\n')
        self.assertEqual(self.run_(program, 'events', 'read', '--all', '-o', 'raw', cwd=todo).count('\n'), 3)

    def build_and_test(self, project, tests):
        """As lfold says, and without a warning."""
        self.run_('cmake', '--preset', 'dev', f'-DCMAKE_PREFIX_PATH={PREFIX}', f'-DCMAKE_CXX_COMPILER={COMPILER}',
                  f'-DCMAKE_CXX_COMPILER_LAUNCHER={LAUNCHER}', '-DCMAKE_CXX_FLAGS=-Werror', cwd=project)
        self.run_('cmake', '--build', '--preset', 'dev', '--parallel', '2', cwd=project)
        self.assertIn(f'100% tests passed, 0 tests failed out of {tests}', self.run_('ctest', '--preset', 'dev', cwd=project))

    def run_until(self, program, text, cwd, table):
        """Runs the program's handlers until it has said `text` and the first of `table`, a command, prints the second:
        another handler does that. Then stops it as Ctrl-C does."""
        with subprocess.Popen([program, 'run'], cwd=cwd, env=ENVIRONMENT, text=True, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE) as process:
            said = ''
            for line in process.stderr:
                said += line
                if text in line:
                    break
            patience = time.monotonic() + 60
            while self.run_(program, table[0], cwd=cwd) != table[1] and time.monotonic() < patience:
                pass
            process.send_signal(signal.SIGINT)
            said += process.stderr.read()
        self.assertEqual(process.returncode, 0, said)
        self.assertIn(text, said)

    def recipes(self):
        """vcpkg and Conan are not here: their files have the right form and say the project's version."""
        port = json.loads((ROOT / 'packaging/vcpkg/ports/leftfold/vcpkg.json').read_text())
        self.assertEqual((port['name'], port['version']), ('leftfold', VERSION))
        options = set(re.findall(r'option\(LEFTFOLD_WITH_(\w+)', (ROOT / 'CMakeLists.txt').read_text()))
        self.assertEqual({name.upper().replace('-', '_') for name in port['features']}, options)
        for feature in port['features'].values():
            self.assertTrue(feature['description'])
        portfile = (ROOT / 'packaging/vcpkg/ports/leftfold/portfile.cmake').read_text()
        for name in options:
            self.assertIn(f'LEFTFOLD_WITH_{name}', portfile)
        # What a real vcpkg would run is at least CMake.
        stubs = ''.join(f'function({name})\nendfunction()\n' for name in
                        ('vcpkg_from_github', 'vcpkg_check_features', 'vcpkg_cmake_configure', 'vcpkg_cmake_install',
                         'vcpkg_cmake_config_fixup', 'vcpkg_fixup_pkgconfig', 'vcpkg_install_copyright'))
        (self.work / 'stub.cmake').write_text(
            f'{stubs}set(CURRENT_PACKAGES_DIR "{self.work}")\nset(CURRENT_PORT_DIR "{self.work}")\nset(PORT leftfold)\n'
            f'include("{ROOT}/packaging/vcpkg/ports/leftfold/portfile.cmake")\n')
        (self.work / 'usage').write_text('')
        self.run_('cmake', '-P', self.work / 'stub.cmake')
        for name in ('conanfile.py', 'test_package/conanfile.py'):
            text = (ROOT / 'packaging/conan' / name).read_text()
            compile(text, name, 'exec')
        text = (ROOT / 'packaging/conan/conanfile.py').read_text()
        self.assertIn(f'version = "{VERSION}"', text)
        self.assertEqual(set(re.findall(r'"with_(\w+)": \[', text)), {name.lower() for name in options})

    def debian(self):
        packages = {path.name.split('_')[0]: path for path in (pathlib.Path(sys.argv[6]) / 'packages').glob('*.deb')}
        abi = '.'.join(VERSION.split('.')[:2]) if VERSION.startswith('0.') else VERSION.split('.')[0]
        library = f'libleftfold{abi}'
        self.assertEqual(set(packages), {library, 'libleftfold-dev', 'leftfold-tools'})
        depends = {name: self.run_('dpkg-deb', '-f', path, 'Depends') for name, path in packages.items()}
        for needed in ('libsqlite3-0', 'libsimdjson14', 'libcurl4', 'libssl3', 'zlib1g', 'librdkafka1', 'libcpp-httplib0.11', 'libtomlplusplus3'):
            self.assertIn(needed, depends[library])
        self.assertEqual(depends['libleftfold-dev'], f'{library} (= {VERSION}-1)\n')
        self.assertIn(f'{library} (= {VERSION}-1)', depends['leftfold-tools'])
        root = self.work / 'root'
        for path in packages.values():
            self.run_('dpkg', '-x', path, root)
        for name in ('usr/bin/lfold', 'usr/lib/systemd/system/leftfold-publisher.service',
                     'usr/include/leftfold/leftfold.h', f'usr/share/doc/{library}/copyright'):
            self.assertTrue((root / name).is_file(), name)
        found = next(root.rglob(f'libleftfold.so.{abi}'))
        self.assertIn(f'leftfold {VERSION}', self.run_(root / 'usr/bin/lfold', 'version'))
        self.build(HERE / 'consumer', prefix=root / 'usr')
        self.check_consumer(self.work / 'build/consumer')
        self.assertIn(str(found), self.run_('ldd', self.work / 'build/consumer'))


if __name__ == '__main__':
    suite = unittest.TestSuite([Package(CASE)])
    sys.exit(0 if unittest.TextTestRunner(verbosity=1).run(suite).wasSuccessful() else 1)
