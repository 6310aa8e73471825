// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Verb, 6> kVerbs{{
    {"generate grafana",
     generate_grafana,
     "",
     "a dashboard of Grafana over the metrics",
     "generate grafana > shop.json",
     {},
     0,
     "Import it and choose the data source. docs/reference/metrics.md explains the metrics.\n",
     0,
     Needs::nothing},
    {"generate alerts",
     generate_alerts,
     "",
     "alert rules of Prometheus over the metrics",
     "generate alerts > /etc/prometheus/rules/leftfold.yml",
     {},
     0,
     "",
     0,
     Needs::nothing},
    {"generate systemd",
     generate_systemd,
     "[run|publisher]",
     "a unit of systemd, for the handlers or a publisher",
     "generate systemd publisher > /etc/systemd/system/leftfold-publisher.service",
     {},
     1,
     "Type=notify: it is ready when the handlers have begun, and says that it is alive. Without a word it is `run`, "
     "in\n"
     "lfold `publisher`.\n",
     0,
     Needs::nothing},
    {"generate iam-policy",
     generate_iam_policy,
     "[service|publisher|read-only]",
     "the least rights on DynamoDB's tables, for AWS IAM",
     "generate iam-policy publisher",
     {},
     1,
     "The tables are those of DYNAMODB_PREFIX and EVENTSTORE_TABLE_NAME. Whoever creates tables needs more:\n"
     "docs/stores/dynamodb.md#permissions.\n",
     0,
     Needs::nothing},
    {"generate completion",
     generate_completion,
     "[bash|zsh]",
     "completion of this command line for a shell",
     "generate completion bash > ~/.local/share/bash-completion/completions/shop",
     {},
     1,
     "",
     0,
     Needs::nothing},
    {"generate man",
     generate_man,
     "",
     "this command line as a page for man",
     "generate man > /usr/local/share/man/man1/shop.1",
     {},
     0,
     "",
     0,
     Needs::nothing},
}};

}  // namespace

std::span<const Verb> generate_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
