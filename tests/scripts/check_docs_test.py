# SPDX-License-Identifier: Apache-2.0
"""scripts/check_docs finds drift, dead links and a README that is too long, and mends the drift."""
import unittest

from script_case import ScriptTest

SOURCE = '''#include <leftfold/leftfold.h>

void f() {
  // [greet]
  if (true) {
    // [inner]
    greet();
    // [/inner]
  }
  // [/greet]
}
'''
README = '''# Title

Text, a [guide](docs/guide.md#the-first-part), a [site](https://example.org/x).

<!-- from: examples/hello.cc#greet -->
```cpp
if (true) {
  greet();
}
```

```sh
make   # not checked, [nor](this.md)
```
'''


class CheckDocs(ScriptTest):
    def setUp(self):
        super().setUp()
        self.write('examples/hello.cc', SOURCE)
        self.write('README.md', README)
        self.write('docs/guide.md', '# Guide\n\n## The `first` part\n\nBack to [the start](../README.md), [here](#guide).\n')

    def expect(self, finding):
        self.expect_finding(finding, 'check_docs')

    def test_true_documents_are_clean(self):
        self.expect_clean('check_docs')

    def test_drift_is_found_and_mended(self):
        self.write('examples/hello.cc', SOURCE.replace('greet();', 'greet("you");'))
        self.expect('README.md:8: differs from examples/hello.cc#greet')
        self.expect_clean('check_docs', '--write')
        self.assertEqual((self.root / 'README.md').read_text(), README.replace('greet();', 'greet("you");'))
        self.expect_clean('check_docs')

    def test_a_quotation_whose_code_block_is_gone_is_found(self):
        self.write('README.md', README.replace('```cpp\nif (true) {\n  greet();\n}\n```\n', ''))
        self.expect('README.md:5: quotes examples/hello.cc#greet, but no code block follows')

    def test_missing_and_extra_lines_are_drift(self):
        self.write('README.md', README.replace('if (true) {\n  greet();\n}\n', 'if (true) {\n'))
        self.expect('README.md:8: differs')
        self.write('README.md', README.replace('  greet();\n}\n', '  greet();\n}\nmore();\n'))
        self.expect('README.md:10: differs')

    def test_a_whole_file_can_be_quoted(self):
        self.write('examples/all.cc', 'int main() {}\n')
        self.write('docs/all.md', '<!-- from: examples/all.cc -->\n```cpp\nint main() {}\n```\n')
        self.expect_clean('check_docs')
        self.write('examples/all.cc', 'int main() { return 1; }\n')
        self.expect('docs/all.md:3: differs')

    def test_code_that_is_not_quoted_is_found(self):
        self.write('docs/guide.md', '# The first part\n\n```cpp\nint x;\n```\n')
        self.expect('docs/guide.md:3: C++ here must be quoted')

    def test_a_missing_file_or_region_is_found(self):
        self.write('README.md', README.replace('hello.cc', 'bye.cc'))
        self.expect('README.md:5: examples/bye.cc does not exist')
        self.write('README.md', README.replace('#greet', '#leave'))
        self.expect('README.md:5: examples/hello.cc needs one line "// [leave]"')

    def test_the_source_must_be_compiled(self):
        self.write('README.md', README.replace('examples/hello.cc', 'docs/hello.cc'))
        self.expect('README.md:5: docs/hello.cc is no source that is compiled')

    def test_a_dead_link_is_found(self):
        self.write('docs/guide.md', '# The first part\n\nSee [this](missing.md).\n')
        self.expect('docs/guide.md:3: link to missing.md: no such file')

    def test_a_link_to_a_missing_heading_is_found(self):
        self.write('docs/guide.md', '# Guide\n')
        self.expect('README.md:3: link to docs/guide.md#the-first-part: no such heading')

    def test_a_readme_that_is_too_long_is_found(self):
        self.write('README.md', README + 'word ' * 700)
        self.expect('words outside code; at most 700')

    def test_a_block_that_is_never_closed_is_found(self):
        self.write('docs/open.md', 'Text\n\n```sh\nmake\n')
        self.expect('docs/open.md:3: this code block is never closed')


if __name__ == '__main__':
    unittest.main()
