// SPDX-License-Identifier: Apache-2.0
#include "cli/bench_target.h"

#include <leftfold/sqlite.h>

#include "app/address.h"
#include "cli/command_failed.h"
#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/numbers.h"

namespace leftfold::inline v0::cli {
namespace {

void read_number(const Flags& flags, std::string_view flag, std::size_t& into, std::int64_t most,
                 std::string_view allowed, std::string_view unit = {}) {
  if (flags.count(flag) > 0) into = static_cast<std::size_t>(positive_number(flags, flag, unit, most, allowed));
}

}  // namespace

BenchPlan BenchPlan::from(const Context& context) {
  const Flags& flags = context.line.flags;
  BenchPlan plan;
  read_number(flags, "--writers", plan.writers, 1'000, "a number of threads from 1 to 1000");
  read_number(flags, "--bytes", plan.bytes, 262'144, "a number of bytes from 1 to 262144");
  read_number(flags, "--seconds", plan.seconds, 600, "a number of seconds from 1 to 600", "s");
  if (flags.count("--events") > 0) {
    read_number(flags, "--events", plan.events.emplace(), 100'000'000, "a number of events from 1 to 100000000");
  }
  plan.write = flags.count("--write") > 0;
  if (plan.write && flags.count("--dir") > 0) {
    throw UsageError{context.line.verb +
                     " takes --dir for a temporary store or --write for that of the settings, "
                     "not both"};
  }
  return plan;
}

BenchTarget::BenchTarget(Context& context, const BenchPlan& plan) {
  const Setting& store = context.program.settings.get("store");
  if (plan.write) {
    open_own(context);
    return;
  }
  if (store.origin == "flag --store") {
    throw CommandFailed{kRefused, "refused",
                        context.line.verb + " stores events for good in " + store.value +
                            ": say so with --write, or leave --store out to measure a temporary file; nothing was "
                            "stored"};
  }
  open_temporary(context);
}

void BenchTarget::open_temporary(const Context& context) {
  const std::string dir = context.line.flags.value("--dir", ".");
  folder_.emplace(dir);
  name_ = "a temporary SQLite file in " + dir;
  if (folder_->is_in_memory()) {
    hint(context, dir + " lies in memory: nothing there is durable, name a folder on a disk with --dir");
  }
  log_ = looking_log(context.program.settings);
  SqliteOptions options;
  options.file = (folder_->path() / "store.db").string();
  options.log = log_.get();
  temporary_ = std::make_unique<SqliteStore>(options);
  store_ = temporary_.get();
}

void BenchTarget::open_own(Context& context) {
  const Setting& store = context.program.settings.get("store");
  if (context.program.stock != nullptr && store.origin == "default") {
    throw UsageError{"which store? use --store sqlite:FILE, or set LEFTFOLD_STORE"};
  }
  name_ = store.value;
  opened_ = open_for_writing(context);
  store_ = context.program.app == nullptr ? opened_.store : &context.program.app->store();
  const app::StoreAddress where = app::store_address(store);
  if (where.kind == app::StoreKind::sqlite) folder_.emplace(std::filesystem::absolute(where.file).parent_path());
}

}  // namespace leftfold::inline v0::cli
