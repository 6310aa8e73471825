// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/common_flags.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr Flag kField{"--field", "", "NAME:TYPE", "a field: bool, int, int64, double or string; repeat it", true, ""};
constexpr Flag kOf{"--of", "", "AGGREGATE", "whose events it receives", false, ""};

constexpr std::array<Flag, 1> kInit{{{"--template", "", "NAME", "minimal (default) or cart", false, ""}}};
constexpr std::array<Flag, 1> kFields{{kField}};
constexpr std::array<Flag, 2> kProjector{{kOf, kField}};
constexpr std::array<Flag, 1> kListener{{kOf}};

constexpr std::array<Verb, 5> kVerbs{{
    {.name = "init",
     .command = init_project,
     .operands = "DIR",
     .summary = "begin a program: build, test, aggregate, projector, listener",
     .example = "init shop --template cart",
     .flags = kInit,
     .most_operands = 1,
     .notes = "The folder must be empty or not there; its name is the program's. --store is what the program will\n"
              "use; without it a file beside the program. What to type next stands on stderr.\n",
     .least_operands = 1,
     .needs = Needs::nothing,
     .of_lfold = true},
    {.name = "new event",
     .command = new_event,
     .operands = "NAME",
     .summary = "write the struct of an event",
     .example = "new event OrderPaid --field amount:int64",
     .flags = kFields,
     .most_operands = 1,
     .notes = "",
     .least_operands = 1,
     .needs = Needs::nothing,
     .of_lfold = true},
    {.name = "new aggregate",
     .command = new_aggregate,
     .operands = "NAME",
     .summary = "write an aggregate with its first event, and its test",
     .example = "new aggregate Order --field customer:string --field total:int64",
     .flags = kFields,
     .most_operands = 1,
     .notes = "As all of new: in a project's folder; it writes to src/ and tests/, replaces nothing, and says on\n"
              "stderr what to add where.\n",
     .least_operands = 1,
     .needs = Needs::nothing,
     .of_lfold = true},
    {.name = "new projector",
     .command = new_projector,
     .operands = "NAME",
     .summary = "write a projector with a read table; a row an aggregate",
     .example = "new projector Orders --of Order --field total:int64",
     .flags = kProjector,
     .most_operands = 1,
     .notes = "",
     .least_operands = 1,
     .needs = Needs::nothing,
     .of_lfold = true},
    {.name = "new listener",
     .command = new_listener,
     .operands = "NAME",
     .summary = "write a listener",
     .example = "new listener SendInvoice --of Order",
     .flags = kListener,
     .most_operands = 1,
     .notes = "",
     .least_operands = 1,
     .needs = Needs::nothing,
     .of_lfold = true},
}};

}  // namespace

std::span<const Verb> project_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
