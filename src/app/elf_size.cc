// SPDX-License-Identifier: Apache-2.0
#include "app/elf_size.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <fstream>

namespace leftfold::inline v0::app {
namespace {

constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;

template <class T>
bool read(std::ifstream& in, T& value) {
  return static_cast<bool>(in.read(reinterpret_cast<char*>(&value), sizeof value));
}

std::uint64_t end_of(std::uint64_t offset, std::uint64_t bytes) {
  return bytes > UINT64_MAX - offset ? UINT64_MAX : offset + bytes;
}

}  // namespace

std::uint64_t bytes_to_load(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  ElfW(Ehdr) header{};
  if (!read(in, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != kClass ||
      header.e_phentsize != sizeof(ElfW(Phdr))) {
    return 0;
  }
  std::uint64_t bytes = end_of(header.e_phoff, std::uint64_t{header.e_phnum} * sizeof(ElfW(Phdr)));
  in.seekg(static_cast<std::streamoff>(header.e_phoff));
  for (int i = 0; i < header.e_phnum; ++i) {
    ElfW(Phdr) part{};
    if (!read(in, part)) break;
    if (part.p_type == PT_LOAD) bytes = std::max(bytes, end_of(part.p_offset, part.p_filesz));
  }
  return bytes;
}

}  // namespace leftfold::inline v0::app
