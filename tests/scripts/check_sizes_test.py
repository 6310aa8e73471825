# SPDX-License-Identifier: Apache-2.0
"""scripts/check_sizes finds long files, long lines and copies."""
import unittest

from script_case import ScriptTest


def code(lines, prefix='call'):
    return ''.join(f'  {prefix}({i});\n' for i in range(lines))


class CheckSizes(ScriptTest):
    def expect(self, finding):
        self.expect_finding(finding, 'check_sizes')

    def test_small_files_are_clean(self):
        self.write('src/a.cc', code(100))
        self.write('src/b.cc', code(14))  # too short for a copy
        self.expect_clean('check_sizes')

    def test_a_file_of_two_concepts_is_a_note(self):
        self.write('src/a.cc', code(301))
        result = self.run_script('check_sizes')
        self.assertEqual((result.returncode, result.stdout), (0, 'src/a.cc: note: 301 lines; does it hold two concepts?\n'))

    def test_a_file_that_is_too_long_is_found(self):
        self.write('include/a.h', code(501))
        self.expect('include/a.h:500: 501 lines; split it by concept')

    def test_a_line_that_is_too_long_is_found(self):
        self.write('src/a.cc', '// ' + 'x' * 117 + '\n' + '// ' + 'x' * 118 + '\n')
        self.expect('src/a.cc:2: 121 characters; at most 120')

    def test_a_copy_is_found_whatever_its_indentation_and_comments(self):
        self.write('src/a.cc', code(20))
        self.write('src/b.cc', 'int x;\n\n' + '// why\n'.join(code(20).splitlines(keepends=True)).replace('  ', '    '))
        self.expect('src/b.cc:3: 15 lines or more also stand at src/a.cc:1')

    def test_a_copy_in_one_file_is_found(self):
        self.write('src/a.cc', code(15) + code(15, 'other') + code(15))
        self.expect('src/a.cc:31: 15 lines or more also stand at src/a.cc:1')


if __name__ == '__main__':
    unittest.main()
