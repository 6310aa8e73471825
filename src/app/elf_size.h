// SPDX-License-Identifier: Apache-2.0
// Whether a shared library is as long as it says.
#pragma once

#include <cstdint>
#include <filesystem>

namespace leftfold::inline v0::app {

/// Bytes that the file must have so that the system's loader finds all it maps: dlopen() maps what the program headers
/// (ELF, elf(5)) name without a look at the file's length, and a library that was cut off ends the process with SIGBUS.
/// 0 for what is no ELF file of this machine's word size or cannot be read: of that dlopen() tells.
[[nodiscard]] std::uint64_t bytes_to_load(const std::filesystem::path& file);

}  // namespace leftfold::inline v0::app
