# SPDX-License-Identifier: Apache-2.0
# cmake -DFROM=DIR -DTO=FILE.cc -P embed_templates.cmake: the files of examples/templates as a C++ source, for lfold.
# Lines with a licence are left out: what lfold makes of them is its user's own.
file(GLOB_RECURSE files RELATIVE "${FROM}" "${FROM}/*/*")
list(FILTER files EXCLUDE REGEX "^stubs/(CMakeLists.txt|src/main.cc)$")  # these are for our own build
list(SORT files)
set(code "// SPDX-License-Identifier: Apache-2.0\n// Made by cmake/embed_templates.cmake.\n#include \"cli/templates.h\"\n\n")
string(APPEND code "namespace leftfold::inline v0::cli {\nnamespace {\n\nconstexpr TemplateFile kFiles[] = {\n")
foreach(path IN LISTS files)
  file(READ "${FROM}/${path}" text)
  string(REGEX REPLACE "(^|\n)[/#]+ SPDX-License-Identifier:[^\n]*\n" "\\1" text "${text}")
  string(APPEND code "    {\"${path}\", R\"leftfold(${text})leftfold\"},\n")
endforeach()
string(APPEND code "};\n\n}  // namespace\n\nstd::span<const TemplateFile> template_files() noexcept { return kFiles; }\n\n")
string(APPEND code "}  // namespace leftfold::inline v0::cli\n")
file(WRITE "${TO}" "${code}")
