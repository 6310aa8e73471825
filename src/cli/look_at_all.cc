// SPDX-License-Identifier: Apache-2.0
#include "cli/look_at_all.h"

#include <string>

#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/find_event.h"
#include "cli/progress_bar.h"

namespace leftfold::inline v0::cli {

int look_at_all(const Context& context, const Opened& opened, const EventChoice& choice, const EventWalk::Take& take) {
  EventWalk walk{*opened.store, scan_of(opened), context.signals.token()};
  bool complete = false;
  {
    ProgressBar bar{context};
    walk.on_page([&] { bar.show(walk.part(), std::to_string(walk.looked_at()) + " events looked at"); });
    complete = walk.run(choice, take);
  }
  if (!complete) {
    hint(context, "stopped after " + counted(walk.looked_at(), "event"));
    return kSignal + context.signals.received();
  }
  if (walk.unreadable() > 0) {
    hint(context, counted(walk.unreadable(), "event") + " cannot be read and is not in this; see " +
                      context.program.name + " store verify");
  }
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
