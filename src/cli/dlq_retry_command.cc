// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/redriving.h"

namespace leftfold::inline v0::cli {

int retry_letters(Context& context) {
  const RedrivePlan plan = read_redrive_plan(context.line.flags);
  const Opened opened = open_for_writing(context);
  const Subscriptions names{context, opened};
  const Target target = target_of(context, opened, names);
  const std::string what = "re-drives " + target.chosen.counts() + " of " + names.shown(target.subscription);
  const bool dry_run = context.line.flags.count("--dry-run") > 0;
  const bool one = !target.all && target.chosen.sequences.size() == 1;
  if (target.chosen.sequences.empty()) {
    hint(context, "no dead letters");
  } else if ((dry_run || !one) && !confirmed(context, what)) {
    show_dry_run(context, target.chosen, names);
    return 0;
  }
  return redrive(context, opened, names, target.subscription, target.chosen, plan);
}

}  // namespace leftfold::inline v0::cli
