# SPDX-License-Identifier: Apache-2.0
"""scripts/check_includes finds each kind of forbidden include in a tree that is otherwise good."""
import unittest

from script_case import ScriptTest

TABLE = '''
| module | what it is | may include | third party | public headers |
| --- | --- | --- | --- | --- |
| base | errors | | | error.h |
| core | events | base | | event.h parts/*.h |
| sqlite | a store | base core | sqlite3 | sqlite.h |
| cli | commands | base core | CLI11 | cli.h |
'''
CMAKE = '''leftfold_module(base)
leftfold_module(core USES base)
leftfold_module(sqlite USES base core LINK SQLite::SQLite3)
leftfold_module(cli
  USES base core LINK CLI11::CLI11)
'''


class CheckIncludes(ScriptTest):
    def setUp(self):
        super().setUp()
        self.write('src/README.md', TABLE)
        self.write('src/CMakeLists.txt', CMAKE)
        self.write('include/leftfold/error.h', '#include <string>\n')
        self.write('include/leftfold/event.h', '#include <vector>\n\n#include <leftfold/error.h>\n')
        self.write('include/leftfold/parts/part.h', '#include <leftfold/event.h>\n')
        self.write('include/leftfold/sqlite.h', '#include <leftfold/parts/part.h>\n')
        self.write('include/leftfold/cli.h', '')
        self.write('include/leftfold/leftfold.h', '#include <leftfold/event.h>\n')
        self.write('src/base/error.cc', '#include <leftfold/error.h>\n\n#include <unistd.h>\n#include <sys/stat.h>\n')
        self.write('src/core/event.cc', '#include <leftfold/event.h>\n\n#include "core/text.h"\n')
        self.write('src/core/text.h', '')
        self.write('src/sqlite/store.cc', '#include <sqlite3.h>\n\n#include "core/text.h"\n')
        self.write('src/cli/run.cc', '#include <CLI/CLI.hpp>\n')
        self.write('examples/shop.cc', '#include <leftfold/leftfold.h>\n#include "shop.h"\n')

    def expect(self, finding):
        self.expect_finding(finding, 'check_includes')

    def test_a_good_tree_is_clean(self):
        self.expect_clean('check_includes')

    def test_a_module_may_not_include_one_above_it(self):
        self.write('src/base/error.cc', '#include <string>\n#include <leftfold/event.h>\n')
        self.expect('src/base/error.cc:2: <leftfold/event.h> belongs to core; base may include: nothing')

    def test_a_module_may_not_include_a_private_header_beside_it(self):
        self.write('src/cli/run.cc', '#include "sqlite/rows.h"\n')
        self.write('src/sqlite/rows.h', '')
        self.expect('src/cli/run.cc:1: "sqlite/rows.h" belongs to sqlite; cli may include: base core')

    def test_a_public_header_obeys_its_row(self):
        self.write('include/leftfold/error.h', '#include <leftfold/sqlite.h>\n')
        self.expect('include/leftfold/error.h:1: <leftfold/sqlite.h> belongs to sqlite')

    def test_a_third_party_belongs_to_its_module(self):
        self.write('src/core/event.cc', '#include <sqlite3.h>\n')
        self.expect('src/core/event.cc:1: <sqlite3.h>: only sqlite may include sqlite3, not core')
        self.write('src/core/event.cc', '#include <CLI/App.hpp>\n')
        self.expect('src/core/event.cc:1: <CLI/App.hpp>: only cli may include CLI11, not core')

    def test_an_unknown_third_party_is_found(self):
        self.write('src/cli/run.cc', '#include <boost/json.hpp>\n')
        self.expect('src/cli/run.cc:1: <boost/json.hpp> is of no third party')

    def test_a_public_header_has_no_third_party_include(self):
        self.write('include/leftfold/sqlite.h', '#include <sqlite3.h>\n')
        self.expect('include/leftfold/sqlite.h:1: <sqlite3.h> is no C++ library header')

    def test_a_public_header_has_no_private_include(self):
        self.write('include/leftfold/event.h', '#include "core/text.h"\n')
        self.expect('include/leftfold/event.h:1: a public header includes only')

    def test_a_public_header_has_no_macro(self):
        self.write('include/leftfold/event.h', '#pragma once\n#  define EVENT(x) x\n')
        self.expect('include/leftfold/event.h:2: no #define in a public header')

    def test_every_public_header_has_one_owner(self):
        self.write('include/leftfold/lost.h', '')
        self.expect('include/leftfold/lost.h:1: belongs to no module')
        self.write('src/README.md', TABLE.replace('error.h', 'error.h lost.h').replace('cli.h', 'cli.h lost.h'))
        self.expect('include/leftfold/lost.h:1: belongs to base and cli')

    def test_the_umbrella_is_not_for_the_library(self):
        self.write('src/cli/run.cc', '#include <leftfold/leftfold.h>\n')
        self.expect('src/cli/run.cc:1: leftfold/leftfold.h is for users')

    def test_a_private_header_is_named_with_its_module(self):
        self.write('src/core/event.cc', '#include "text.h"\n')
        self.expect('src/core/event.cc:1: write a private header as "<module>/text.h"')

    def test_an_example_uses_public_headers_alone(self):
        self.write('examples/shop.cc', '#include "core/text.h"\n')
        self.expect('examples/shop.cc:1: "core/text.h" is private')

    def test_a_tool_may_use_the_inside_of_cli_alone(self):
        self.write('src/cli/program.h', '')
        self.write('tools/lfold.cc', '#include "cli/program.h"\n')
        self.expect_clean('check_includes')
        self.write('tools/lfold.cc', '#include "core/text.h"\n')
        self.expect('tools/lfold.cc:1: "core/text.h" is private')

    def test_cmake_says_the_same_as_the_table(self):
        self.write('src/CMakeLists.txt', CMAKE.replace('core USES base)', 'core USES base sqlite)'))
        self.expect('src/CMakeLists.txt:2: core USES base sqlite; src/README.md says: base')
        self.write('src/CMakeLists.txt', CMAKE.replace('leftfold_module(base)\n', ''))
        self.expect('module base of src/README.md has no leftfold_module() line')

    def test_a_module_without_a_row_is_found(self):
        self.write('src/extra/extra.cc', '')
        self.expect('src/extra has no row in the table')

    def test_modules_may_not_include_each_other(self):
        self.write('src/README.md', TABLE.replace('| base | errors | |', '| base | errors | core |'))
        result = self.run_script('check_includes')
        self.assertEqual(result.returncode, 1)
        self.assertIn('modules base and core include each other', result.stdout)


if __name__ == '__main__':
    unittest.main()
