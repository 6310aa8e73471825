// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 1> kSchema{{{"--out", "", "FILE", "write it there instead", false, ""}}};
constexpr std::array<Flag, 1> kSchemaDiff{
    {{"--mode", "", "MODE", "backward (the default), forward, full or none", false, ""}}};
constexpr std::array<Flag, 2> kCheck{{
    {"--limit", "", "N", "look at so many events, the oldest ones first where they have an order", false, ""},
    {"--strict", "", "", "a type that the program does not know is a failure too", false, ""},
}};

constexpr std::array<Verb, 3> kVerbs{{
    {"schema", show_schema, "", "the structure of all events and states, as JSON to keep in a file",
     "schema --out schema.json", kSchema, 0,
     "The same program prints the same text: keep it beside the code and compare in tests.\n", 0, Needs::nothing, true},
    {"schema diff", compare_schemas, "OLD [NEW]", "what keeps one program from reading another's events",
     "schema diff schema.json --mode full", kSchemaDiff, 2,
     "OLD and NEW are files that the command schema wrote; without NEW it is this program. Ends with 1 when something\n"
     "does: backward: the new program cannot read what is stored; forward: the old one cannot read what the new one\n"
     "stores while both run.\n",
     1, Needs::nothing, true},
    {"check", check_store, "", "decode every stored event with this program", "check --store sqlite:production.db",
     kCheck, 0, "Nothing is changed, no handler is called. Ends with 1 when an event cannot be read.\n", 0,
     Needs::store, true},
}};

}  // namespace

std::span<const Verb> schema_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
