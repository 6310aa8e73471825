// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/examination.h"
#include "cli/exit_code.h"
#include "cli/rows.h"
#include "cli/text.h"

namespace leftfold::inline v0::cli {
namespace {

/// Lines that are never cut: what to do stands at their end.
std::string line_of(const Finding& each) {
  std::string text{to_string(each.state)};
  text.resize(6, ' ');
  text += each.check;
  text.resize(std::max<std::size_t>(17, text.size() + 1), ' ');
  text += each.what + (each.next.empty() ? "" : "; " + each.next);
  return printable(text) + "\n";
}

JsonObject object_of(const Finding& each) {
  JsonObject object;
  return object.text("state", to_string(each.state))
      .text("check", each.check)
      .text("what", each.what)
      .text("next", each.next);
}

}  // namespace

int examine(Context& context) {
  const std::vector<Finding> findings = Examination{context}.run();
  const auto failed = static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(), [](const Finding& each) { return each.state == Finding::State::fail; }));
  const std::string message = counted(failed, "check") + " of " + std::to_string(findings.size()) + " failed";
  if (context.json) {
    Rows rows{context, "checks", {}};
    for (const Finding& each : findings) rows.add({}, object_of(each));
    if (failed == 0) rows.finish();
    else rows.fail("unhealthy", message);
  } else {
    Output out;
    for (const Finding& each : findings) out.write(line_of(each));
    out.flush();
  }
  if (failed > 0) throw CommandFailed{kFoundFailure, "unhealthy", message};
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
