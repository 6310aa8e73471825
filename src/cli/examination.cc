// SPDX-License-Identifier: Apache-2.0
#include "cli/examination.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/lease_store.h>

#include "app/address.h"
#include "app/kafka_settings.h"
#include "base/joined.h"
#include "base/rfc3339.h"
#include "cli/confirm.h"

namespace leftfold::inline v0::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds kPatience{5'000};  // of one question; a person waits for the answer
constexpr std::chrono::minutes kSilence{2};
constexpr std::uintmax_t kMiB = 1'048'576;
constexpr std::uintmax_t kLittleSpace = 1'024 * kMiB;
constexpr std::uintmax_t kNoSpace = 64 * kMiB;

/// The folder a file is in, also when it is not there yet.
fs::path folder_of(const fs::path& file) {
  std::error_code error;
  const fs::path full = fs::absolute(file, error);
  return full.has_parent_path() ? full.parent_path() : fs::path{"."};
}

std::string format_in(const app::OpenStore& store) {
  for (const app::StoreFact& fact : store.facts()) {
    const auto* const number = std::get_if<std::int64_t>(&fact.value);
    if (fact.name == "format_version" && number != nullptr) return ", format version " + std::to_string(*number);
  }
  return {};
}

}  // namespace

std::string_view to_string(Finding::State state) noexcept {
  switch (state) {
    case Finding::State::ok: return "ok";
    case Finding::State::warn: return "warn";
    case Finding::State::fail: return "fail";
  }
  return "fail";
}

void Examination::add(Finding::State state, std::string_view check, std::string what, std::string next) {
  Finding& finding = findings_.emplace_back();  // in place: g++ 12 destroys a braced temporary twice here
  finding.state = state;
  finding.check = check;
  finding.what = std::move(what);
  finding.next = std::move(next);
}

bool Examination::failed() const {
  return std::any_of(findings_.begin(), findings_.end(),
                     [](const Finding& each) { return each.state == Finding::State::fail; });
}

std::string Examination::command(std::string_view words) const {
  std::string text = context_.program.name;
  if (settings_.get("store").origin == "flag --store") text += " --store " + settings_.get("store").value;
  return (text += ' ') += words;
}

void Examination::probe(std::string_view check, void (Examination::*look)(), std::string_view next) {
  try {
    (this->*look)();
  } catch (const std::exception& error) {
    fail(check, error.what(), std::string{next});
  }
}

std::vector<Finding> Examination::run() {
  probe("settings", &Examination::look_at_settings, "correct the value");
  if (failed()) return std::move(findings_);
  log_ = std::make_unique<StderrLogger>(LogLevel::error, app::log_format_value(settings_.get("log_format")),
                                        app::log_time_value(settings_.get("log_time")));
  probe("libraries", &Examination::look_at_libraries, "correct the setting load, or build the library again");
  const app::StoreAddress where = app::store_address(settings_.get("store"));
  if (where.kind == app::StoreKind::memory) {
    warn("store", "memory: ends with its program", "use sqlite:FILE or dynamodb: for events that are to stay");
  } else {
    if (where.kind == app::StoreKind::sqlite) {
      probe("file", &Examination::look_at_file, "look who owns the file and its folder");
      probe("disk", &Examination::look_at_disk, "look whether the folder is there");
    }
    probe("store", &Examination::look_at_store, "see the message; docs/reference/environment.md lists what names it");
  }
  if (store_.store) {
    probe("letters", &Examination::look_at_letters, {});
    probe("breakers", &Examination::look_at_breakers, {});
    probe("paused", &Examination::look_at_controls, {});
  }
  probe("broker", &Examination::look_at_broker, "look whether a broker runs at kafka.brokers: KAFKA_BROKERS");
  if (store_.store && app::uses_kafka(settings_)) probe("publisher", &Examination::look_at_publisher, {});
  return std::move(findings_);
}

void Examination::look_at_settings() {
  settings_.validate();
  if (context_.program.stock != nullptr && settings_.get("store").origin == "default") {
    return fail("settings", "no store is named", "use --store sqlite:FILE, or set LEFTFOLD_STORE");
  }
  const Setting& file = settings_.get("config");
  std::error_code error;
  ok("settings", fs::exists(file.value, error) ? "in order, with " + file.value : "in order, without a file");
}

void Examination::look_at_libraries() {
  Program& program = context_.program;
  if (program.app == nullptr && app::list_value(settings_.get("load")).empty()) return;
  App& app = program.app != nullptr ? *program.app : *program.stock;
  app.load_libraries();
  program.app = &app;
  app.validate();
  const std::size_t libraries = app::list_value(settings_.get("load")).size();
  ok("libraries", std::to_string(libraries) + (libraries == 1 ? " library, " : " libraries, ") +
                      counted(app.handlers().size(), "handler") + ", " + counted(app.aggregates().size(), "aggregate"));
}

void Examination::look_at_file() {
  const fs::path file = app::store_address(settings_.get("store")).file;
  const fs::path folder = folder_of(file);
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return fail("file", "the folder " + folder.string() + " does not exist", "make it, or name another file");
  }
  const bool there = fs::exists(file, error);
  if (access(folder.c_str(), W_OK | X_OK) != 0 || (there && access(file.c_str(), W_OK) != 0)) {
    return fail("file", "this process may not write " + (there ? file.string() : folder.string()),
                "run it as the user who owns it, or change the permissions: SQLite writes files beside it too");
  }
  ok("file", (there ? file : folder).string() + " may be written");
}

void Examination::look_at_disk() {
  const fs::path folder = folder_of(app::store_address(settings_.get("store")).file);
  const std::uintmax_t free = fs::space(folder).available;
  const std::string text = std::to_string(free / kMiB) + " MiB free in " + folder.string();
  if (free < kNoSpace) return fail("disk", text, "make room: an append that finds none fails");
  if (free < kLittleSpace) return warn("disk", text, "make room before it is used up");
  ok("disk", text);
}

void Examination::look_at_store() {
  const std::string& name = settings_.get("store").value;
  const app::StoreAddress where = app::store_address(settings_.get("store"));
  std::error_code error;
  if (where.kind == app::StoreKind::sqlite && !fs::exists(where.file, error)) {
    return warn("store", name + " does not exist", "the first run or append makes it, if that is the right name");
  }
  store_ = app::open_store(settings_, SqliteOptions::Mode::read_only, *log_, no_metrics(), kPatience);
  if (where.kind == app::StoreKind::dynamodb) return ok("store", name + ": its tables are there and answer");
  ok("store", name + " opens" + format_in(store_));
}

void Examination::look_at_letters() {
  const DeadLetterCounts counts = store_.dead_letters->count({});
  if (counts.letters == 0) return ok("letters", "no event is parked");
  warn("letters", counted(counts.letters, "event") + " of " + counted(counts.sequences, "aggregate") + " parked",
       command("dlq ls"));
}

void Examination::look_at_breakers() {
  std::vector<std::string> open;
  for (const BreakerRecord& each : store_.breakers->list()) {
    if (each.state != BreakerRecord::State::closed) open.push_back(each.name);
  }
  if (open.empty()) return ok("breakers", "none is open");
  warn("breakers", base::joined(open) + (open.size() == 1 ? " is" : " are") + " not closed",
       command("breakers show " + open.front()));
}

void Examination::look_at_controls() {
  std::vector<std::string> paused;
  for (const SubscriptionControl& each : store_.controls->controls()) {
    if (each.paused) paused.push_back(each.subscription);
  }
  if (paused.empty()) return ok("paused", "no handler is");
  warn("paused", base::joined(paused), command("projectors resume " + paused.front()));
}

void Examination::look_at_broker() {
  const Setting& broker = settings_.get("broker");
  switch (app::broker_kind(broker)) {
    case app::BrokerKind::none: return warn("broker", "none: brings no event to handlers", "use embedded: or kafka:");
    case app::BrokerKind::embedded:
      if (app::store_address(settings_.get("store")).kind == app::StoreKind::dynamodb) {
        return warn("broker", "dynamodb: brings no events to handlers by itself",
                    "use broker kafka: and publisher run");
      }
      return ok("broker", "the store itself");
    case app::BrokerKind::kafka: break;
  }
  if (!app::uses_kafka(settings_)) {
    return warn("broker", "Kafka is turned off: handlers receive nothing", "leave KAFKA_ENABLED out");
  }
  const app::OpenKafka kafka = app::open_kafka(settings_, app::Purpose::look, *log_, no_metrics());
  ok("broker", "topic " + settings_.get("kafka.events_topic").value + " of " + settings_.get("kafka.brokers").value +
                   " has " + counted(static_cast<std::size_t>(kafka.feed->partitions()), "partition"));
}

void Examination::look_at_publisher() {
  const std::string& name = settings_.get("publisher.name").value;
  if (!store_.published) {
    const std::vector<Progress> progress = store_.feed->progress(name);
    std::int64_t lag = 0;
    bool begun = false;
    for (const Progress& each : progress) {
      lag += each.lag();
      begun = begun || (each.done && *each.done != Position::start());
    }
    if (lag == 0) return ok("publisher", "everything stored is published");
    return warn("publisher",
                counted(static_cast<std::size_t>(lag), "event") + " not published yet" +
                    (begun ? "" : ", none ever was by " + name),
                "look whether it runs: " + command("publisher run"));
  }
  const std::vector<Lease> leases = store_.published(name).leases->list(name);
  std::optional<Timestamp> latest;
  for (const Lease& each : leases) {
    if (!each.owner.empty() && !each.done) latest = std::max(latest.value_or(each.renewed_at), each.renewed_at);
  }
  if (!latest) return warn("publisher", "none of the name " + name + " is at work", command("publisher run"));
  const std::string text = "last heard of at " + base::to_rfc3339(*latest);
  if (system_clock().now() - *latest > kSilence) return warn("publisher", text, command("publisher run"));
  ok("publisher", text);
}

}  // namespace leftfold::inline v0::cli
