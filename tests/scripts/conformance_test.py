# SPDX-License-Identifier: Apache-2.0
"""scripts/conformance writes what the results say, and refuses results that are not whole."""
import json
import unittest

from script_case import ScriptTest

CASES = '''#!/bin/sh
printf 'Port\\ta promise\\nPort\\tanother, kept\\nOther\\ta promise\\nOther\\tits own\\n'
'''
SUITES = '''const bool kA = register_suite("MemoryPort", port_suite(make));
const bool kB =
    test_support::register_suite(
        "DynamoDbPort", port_suite(make));
const bool kC = register_suite("SqliteOther", other_suite(make));
const bool kD = register_suite("KafkaPortOnMock", port_suite(make));
'''
MEMORY = ('MemoryPort.a_promise', 'MemoryPort.another__kept')
OTHER = ('SqliteOther.a_promise', 'SqliteOther.its_own')
PROGRAMS = ('dynamodb_on_dynoxide', 'dynamodb_on_moto')


def junit(names, mark=''):
    cases = ''.join(f'<testcase name="{n}" status="run">{mark if n == names[0] else ""}</testcase>' for n in names)
    return f'<testsuite>{cases}</testsuite>'


def gtest(names, mark='', result='completed'):
    cases = ''.join(f'<testcase name="{n}" status="run" result="{result}" classname="DynamoDbPort">{mark}</testcase>'
                    for n in names)
    return f'<testsuites><testsuite name="DynamoDbPort">{cases}</testsuite></testsuites>'


class Conformance(ScriptTest):
    def setUp(self):
        super().setUp()
        self.write('build/ci/tests/conformance/list_cases', CASES)
        (self.root / 'build/ci/tests/conformance/list_cases').chmod(0o755)
        self.write('tests/unit/port_test.cc', SUITES)
        self.tests = MEMORY + OTHER + PROGRAMS
        self.listed(self.tests)
        self.write('build/ci.junit.xml', junit(self.tests))
        for program in PROGRAMS:
            self.write(f'build/ci/conformance/{program}.xml', gtest(['another__kept']))
        self.write('docs/reference/.keep', '')

    def listed(self, names):
        self.write('build/ci.tests.json', json.dumps({'tests': [{'name': name} for name in names]}))

    def expect(self, finding, *arguments):
        self.expect_finding(finding, 'conformance', *arguments)
        self.assertFalse((self.root / 'docs/reference/conformance.md').exists())

    def page(self):
        self.expect_clean('conformance', '--write')
        return (self.root / 'docs/reference/conformance.md').read_text()

    def test_the_page_says_what_passed(self):
        page = self.page()
        self.assertIn('| port | cases | memory | sqlite | dynamodb on dynoxide | dynamodb on moto | kafka |\n', page)
        self.assertIn('| [Port](#port) | 2 | 2 | - | 1 | 1 | - |\n', page)
        self.assertIn('| [Other](#other) | 2 | - | 2 | - | - | - |\n', page)
        self.assertIn('## Port\n\n| case | memory | dynamodb on dynoxide | dynamodb on moto |\n| --- | --- | --- | --- |\n'
                      '| a promise | passed | not applicable | not applicable |\n'
                      '| another, kept | passed | passed | passed |\n', page)
        self.assertIn('## Other\n\n| case | sqlite |\n', page)

    def test_a_page_that_says_something_else_is_found(self):
        self.expect('differs from what the tests say')
        self.page()
        self.expect_clean('conformance')
        self.write('build/ci/conformance/dynamodb_on_moto.xml', gtest(['a_promise', 'another__kept']))
        self.expect_finding('differs from what the tests say', 'conformance')

    def test_a_page_is_the_same_whatever_the_order(self):
        page = self.page()
        self.write('build/ci.junit.xml', junit(self.tests[::-1]))
        self.assertEqual(self.page(), page)

    def test_without_results_there_is_no_page(self):
        (self.root / 'build/ci.junit.xml').unlink()
        self.expect('build/ci.junit.xml is missing', '--write')

    def test_a_case_that_did_not_run_makes_no_page(self):
        self.write('build/ci.junit.xml', junit(MEMORY[1:] + OTHER + PROGRAMS))
        self.expect('did not run: MemoryPort.a_promise;', '--write')

    def test_a_suite_that_did_not_run_makes_no_page(self):
        self.write('build/ci.junit.xml', junit(MEMORY + PROGRAMS))
        self.listed(MEMORY + PROGRAMS)
        self.expect('did not run: SqliteOther;', '--write')

    def test_one_service_is_not_both(self):
        (self.root / 'build/ci/conformance/dynamodb_on_moto.xml').unlink()
        self.expect('did not run: DynamoDbPort on moto;', '--write')

    def test_results_of_another_run_do_not_count(self):
        self.write('build/ci.junit.xml', junit(MEMORY + OTHER + PROGRAMS[:1]))
        self.expect('did not run: DynamoDbPort on moto;', '--write')

    def test_a_case_that_failed_makes_no_page(self):
        self.write('build/ci.junit.xml', junit(self.tests, '<failure/>'))
        self.expect('did not pass: MemoryPort.a_promise', '--write')

    def test_a_case_that_was_skipped_makes_no_page(self):
        self.write('build/ci/conformance/dynamodb_on_moto.xml', gtest(['another__kept'], '<skipped/>', 'skipped'))
        self.expect('did not pass: DynamoDbPort on moto.another__kept', '--write')

    def test_a_suite_of_unknown_cases_or_adapter_makes_no_page(self):
        self.write('build/ci/conformance/dynamodb_on_moto.xml', gtest(['another__kept', 'a_lie']))
        self.expect('suite DynamoDbPort has the cases of 0 ports', '--write')
        self.setUp()
        self.write('tests/unit/port_test.cc', SUITES.replace('MemoryPort', 'RemotePort'))
        self.listed([name.replace('MemoryPort', 'RemotePort') for name in self.tests])
        self.write('build/ci.junit.xml', junit([name.replace('MemoryPort', 'RemotePort') for name in self.tests]))
        self.expect('suite RemotePort: of which adapter?', '--write')

    def test_a_port_that_nobody_runs_makes_no_page(self):
        self.write('build/ci/tests/conformance/list_cases', CASES.replace('its own\\n', 'its own\\nThird\\tx\\n'))
        self.expect('no adapter runs the suite of Third', '--write')


if __name__ == '__main__':
    unittest.main()
