// SPDX-License-Identifier: Apache-2.0
// The command store copy: everything of one store into another, with a proof.
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/copy_report.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/store_side.h"
#include "cli/whole_file.h"
#include "runtime/migration/copy_events.h"
#include "runtime/migration/store_comparison.h"

namespace leftfold::inline v0::cli {
namespace {

using runtime::AggregateComparison;
using runtime::StoreComparison;
using runtime::StoreWalk;
using Mode = SqliteOptions::Mode;

struct Plan {
  bool dry_run = false;
  bool only_verify = false;
  std::string proof;
};

Plan read_plan(const Flags& flags) {
  for (const char* const flag : {"--from", "--to"}) {
    if (flags.count(flag) == 0) throw UsageError{"store copy needs --from STORE and --to STORE"};
  }
  const Plan plan{flags.count("--dry-run") > 0, flags.count("--verify") > 0, flags.value("--proof")};
  if (plan.dry_run && plan.only_verify) throw UsageError{"--verify changes nothing: leave --dry-run out"};
  if (plan.dry_run && !plan.proof.empty()) throw UsageError{"--dry-run proves nothing: leave --proof out"};
  return plan;
}

void refuse_same(const StoreSide& from, const StoreSide& to) {
  if (from.address.kind != to.address.kind) return;
  if (from.address.kind == app::StoreKind::dynamodb) {
    throw UsageError{
        "--from and --to are both dynamodb:, and the environment names one table; use store export, and store import "
        "with another EVENTSTORE_TABLE_NAME"};
  }
  std::error_code not_there;
  if (std::filesystem::equivalent(from.address.file, to.address.file, not_there)) {
    throw UsageError{"--from and --to are the same file"};
  }
}

/// Counts what is seen and shows it. One thread at a time.
class Shown {
 public:
  Shown(const Context& context, const StoreWalk& walk, std::string what)
      : bar_{context}, walk_{walk}, what_{std::move(what)} {}
  void one_more() {
    constexpr std::uint64_t kSometimes = 64;
    if (++seen_ % kSometimes == 0) bar_.show(walk_.part(), std::to_string(seen_) + what_);
  }

 private:
  ProgressBar bar_;
  const StoreWalk& walk_;
  const std::string what_;
  std::uint64_t seen_ = 0;
};

/// The work on both stores. One thread at a time.
class Copy {
 public:
  Copy(Context& context, Plan plan)
      : context_{context}, plan_{std::move(plan)}, from_{side_of(context, "--from")}, to_{side_of(context, "--to")} {
    refuse_same(from_, to_);
    open_side(from_, context_, "--from", Mode::read_only);
    open_target();
  }

  int run() {
    // Opened first: after hours of copying it would be late to say that there is no such folder.
    const std::unique_ptr<WholeFile> proof =
        plan_.proof.empty() ? nullptr : std::make_unique<WholeFile>(plan_.proof, "proof file", "--proof");
    StoreWalk source{from_.reading(), context_.signals.token()};
    runtime::CommitImporter importer{target()};
    if (!plan_.only_verify) {
      Shown shown{context_, source, " events read"};
      if (!runtime::copy_events(source, importer, [&] { shown.one_more(); })) return stopped(importer.counts());
    }
    if (plan_.dry_run) {
      report_copy(context_, importer.counts(), nullptr, to_.name);
      return kSuccess;
    }
    StoreComparison comparison{source, to_.reading()};
    {
      Shown shown{context_, source, " aggregates compared"};
      comparison.on_each([&](const AggregateComparison& aggregate) {
        if (proof) proof->write(object_of(aggregate).str() + "\n");
        shown.one_more();
      });
      if (!compare(comparison)) return stopped(importer.counts());
    }
    if (proof) proof->finish();
    report_copy(context_, importer.counts(), &comparison, to_.name);
    return kSuccess;
  }

 private:
  void open_target() {
    try {
      open_side(to_, context_, "--to", plan_.dry_run || plan_.only_verify ? Mode::read_only : Mode::read_write);
    } catch (const Error& error) {
      if (!plan_.dry_run || error.code() != Errc::not_found) throw;  // a dry run makes nothing, and may be the first
    }
  }

  runtime::ImportTarget target() const {
    runtime::ImportTarget target = to_.writing();
    if (plan_.dry_run) target.import = nullptr;
    return target;
  }

  /// A copy may go to a store that has more; --verify is asked whether both are the same.
  bool compare(StoreComparison& comparison) {
    if (!comparison.of_source()) return false;
    if (!plan_.only_verify) return true;
    StoreWalk target{to_.reading(), context_.signals.token()};
    return comparison.of_target_alone(target);
  }

  int stopped(const runtime::ImportCounts& counts) {
    hint(context_, "stopped after " + counted(counts.events, "event") + " copied; the same command goes on from here");
    return kSignal + context_.signals.received();
  }

  Context& context_;
  const Plan plan_;
  StoreSide from_;
  StoreSide to_;
};

}  // namespace

int copy_store(Context& context) { return Copy{context, read_plan(context.line.flags)}.run(); }

}  // namespace leftfold::inline v0::cli
