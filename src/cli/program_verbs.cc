// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Verb, 2> kVerbs{{
    {"help", nullptr, "[COMMAND]", "this text, or that of a command", "help events read", {}, 2, "", 0, Needs::nothing},
    {"version", show_version, "", "versions of the program's parts", "version", {}, 0, "", 0, Needs::nothing},
}};

}  // namespace

std::span<const Verb> program_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
