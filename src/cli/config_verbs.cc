// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 1> kShow{{{"--origin", "", "", "where each value comes from", false, ""}}};

constexpr std::array<Verb, 6> kVerbs{{
    {"config show", show_config, "", "every setting as it stands", "config show --origin", kShow, 0,
     "Passwords, secrets, tokens and keys are shown as \"set\". It shows settings that are wrong too.\n", 0,
     Needs::nothing},
    {"config paths",
     show_config_paths,
     "",
     "which files are looked for, and which was read",
     "config paths",
     {},
     0,
     "",
     0,
     Needs::nothing},
    {"config validate",
     validate_config,
     "",
     "look at every setting and end with 2 when one is wrong",
     "config validate --profile prod",
     {},
     0,
     "",
     0,
     Needs::settings,
     false,
     false,
     true},
    {"config profiles", list_profiles, "", "the profiles of the file", "config profiles", {}, 0, "", 0, Needs::nothing},
    {"config reference",
     show_config_reference,
     "",
     "every setting there is, as tables of Markdown",
     "config reference",
     {},
     0,
     "",
     0,
     Needs::nothing},
    {"doctor",
     examine,
     "",
     "look whether everything that handlers need is in order",
     "doctor --store sqlite:shop.db",
     {},
     0,
     "Nothing is changed or made. Each line is ok, warn or fail, with what to do; ends with 1 when one is fail. No\n"
     "question takes longer than some seconds.\n",
     0,
     Needs::nothing},
}};

}  // namespace

std::span<const Verb> config_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
