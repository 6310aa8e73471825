// The command store copy: everything of one store into another, with a proof.
#include <memory>
#include <string>
#include <system_error>

#include <leftfold/error.h>

#include "cli/command_failed.h"
#include "cli/commands.h"
#include "cli/confirm.h"
#include "cli/exit_code.h"
#include "cli/progress_bar.h"
#include "cli/rows.h"
#include "cli/store_side.h"
#include "cli/text.h"
#include "cli/whole_file.h"
#include "runtime/migration/commit_gatherer.h"
#include "runtime/migration/store_comparison.h"

namespace leftfold::cli {
namespace {

using runtime::AggregateComparison;
using runtime::StoreComparison;
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

JsonObject object_of(const AggregateComparison& aggregate) {
  JsonObject object;
  object.text("aggregate_id", aggregate.aggregate_id)
      .number("events", static_cast<std::int64_t>(aggregate.source_events))
      .text("sha256", base::to_hex(aggregate.source_hash));
  if (aggregate.difference.empty()) return object;
  return object.number("target_events", static_cast<std::int64_t>(aggregate.target_events))
      .text("target_sha256", base::to_hex(aggregate.target_hash))
      .text("difference", aggregate.difference);
}

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
    runtime::StoreWalk source{from_.reading(), context_.signals.token()};
    runtime::CommitImporter importer{target()};
    if (!plan_.only_verify && !copy(source, importer)) return stopped(importer);
    if (plan_.dry_run) return finish(importer, nullptr);
    const std::unique_ptr<WholeFile> proof =
        plan_.proof.empty() ? nullptr : std::make_unique<WholeFile>(plan_.proof, "proof file", "--proof");
    StoreComparison comparison{source, to_.reading(), [&](const AggregateComparison& aggregate) {
                                 if (proof) proof->write(object_of(aggregate).str() + "\n");
                                 show(source, "compared");
                               }};
    if (!compare(source, comparison)) return stopped(importer);
    if (proof) proof->finish();
    return finish(importer, &comparison);
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

  bool copy(runtime::StoreWalk& source, runtime::CommitImporter& importer) {
    bar_ = std::make_unique<ProgressBar>(context_);
    runtime::CommitGatherer gatherer;
    const bool complete = source.events([&](const RecordedEvent& event) {
      if (auto commit = gatherer.add(event)) importer.add(std::move(*commit));
      show(source, plan_.dry_run ? "events looked at" : "events copied or compared");
    });
    importer.finish();
    bar_.reset();
    if (complete) gatherer.expect_whole();
    return complete;
  }

  bool compare(runtime::StoreWalk& source, StoreComparison& comparison) {
    bar_ = std::make_unique<ProgressBar>(context_);
    seen_ = 0;
    bool complete = comparison.of_source();
    if (complete && plan_.only_verify) {
      runtime::StoreWalk target{to_.reading(), context_.signals.token()};
      complete = comparison.of_target_alone(target);
    }
    bar_.reset();
    (void)source;
    return complete;
  }

  void show(const runtime::StoreWalk& source, const std::string& what) {
    constexpr std::uint64_t kSometimes = 64;
    if (++seen_ % kSometimes == 0) bar_->show(source.part(), std::to_string(seen_) + " " + what);
  }

  int stopped(const runtime::CommitImporter& importer) {
    hint(context_, "stopped after " + counted(importer.counts().events, "event") +
                       " copied; the same command goes on from here");
    return kSignal + context_.signals.received();
  }

  int finish(const runtime::CommitImporter& importer, const StoreComparison* comparison) {
    const runtime::ImportCounts& counts = importer.counts();
    const std::string aggregates = comparison == nullptr ? "-" : std::to_string(comparison->aggregates());
    const std::string hash = comparison == nullptr ? "-" : comparison->source_hash();
    const std::uint64_t different = comparison == nullptr ? 0 : comparison->different();
    const std::uint64_t events = comparison == nullptr ? counts.events + counts.events_before : comparison->events();
    JsonObject object;
    object.boolean("dry_run", plan_.dry_run)
        .number("events", static_cast<std::int64_t>(events))
        .number("copied", static_cast<std::int64_t>(counts.events))
        .number("there_before", static_cast<std::int64_t>(counts.events_before));
    if (comparison != nullptr) {
      object.number("aggregates", static_cast<std::int64_t>(comparison->aggregates()))
          .number("different", static_cast<std::int64_t>(different))
          .text("sha256", hash)
          .text("target_sha256", comparison->target_hash());
    }
    const std::string message = counted(different, "aggregate") + " of " + aggregates + " not the same in " + to_.name;
    {
      Rows rows{context_,
                "copies",
                {{"AGGREGATES", true},
                 {"EVENTS", true},
                 {plan_.dry_run ? "TO COPY" : "COPIED", true},
                 {"THERE BEFORE", true},
                 {"DIFFERENT", true},
                 {"SHA-256"}}};
      rows.add({aggregates, std::to_string(events), std::to_string(counts.events), std::to_string(counts.events_before),
                comparison == nullptr ? "-" : std::to_string(different), hash},
               object);
      const JsonObject more = JsonObject{}.raw("differences", differences_json(comparison));
      if (different == 0) rows.finish(more);
      else rows.fail("different", message, more);
    }
    if (different > 0) {
      write_differences(*comparison);
      throw CommandFailed{kFoundFailure, "different",
                          message + "; if a program wrote to " + from_.name +
                              " meanwhile, stop it and run the same command again"};
    }
    hint(context_, plan_.dry_run ? "dry run: nothing was changed"
                                 : "both stores hold the same events of " +
                                       counted(comparison->aggregates(), "aggregate"));
    return kSuccess;
  }

  static std::string differences_json(const StoreComparison* comparison) {
    std::string text = "[";
    if (comparison != nullptr) {
      for (const AggregateComparison& each : comparison->first_differences()) {
        text += (text.size() == 1 ? "\n" : ",\n") + object_of(each).str();
      }
    }
    return text += "]";
  }

  /// Lines that are never cut: what differs stands at their end.
  void write_differences(const StoreComparison& comparison) const {
    if (context_.json) return;
    Output out;
    out.write("\n");
    for (const AggregateComparison& each : comparison.first_differences()) {
      out.write(printable(each.aggregate_id + ": " + each.difference) + "\n");
    }
    const std::uint64_t shown = comparison.first_differences().size();
    if (comparison.different() > shown) {
      out.write("and " + std::to_string(comparison.different() - shown) + " more; all are in the file of --proof\n");
    }
    out.flush();
  }

  Context& context_;
  const Plan plan_;
  StoreSide from_;
  StoreSide to_;
  std::unique_ptr<ProgressBar> bar_;
  std::uint64_t seen_ = 0;
};

}  // namespace

int copy_store(Context& context) { return Copy{context, read_plan(context.line.flags)}.run(); }

}  // namespace leftfold::cli
