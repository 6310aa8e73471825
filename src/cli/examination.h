// SPDX-License-Identifier: Apache-2.0
// What `doctor` looks at.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/log.h>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// One thing that was looked at. Plain value.
struct Finding {
  enum class State { ok, warn, fail };
  State state = State::ok;
  std::string check;  ///< "store"
  std::string what;   ///< how it is
  std::string next;   ///< what to do; empty when nothing
};

[[nodiscard]] std::string_view to_string(Finding::State state) noexcept;

/// Looks at settings, libraries, store, broker and what they say of handlers; changes nothing and makes nothing. What
/// does not answer within seconds is a finding. One thread at a time; the context must outlive it.
class Examination {
 public:
  explicit Examination(Context& context) : context_{context}, settings_{context.program.settings} {}

  /// All findings, in the order in which one needs the other. What is thrown is a finding too.
  [[nodiscard]] std::vector<Finding> run();

 private:
  void look_at_settings();
  void look_at_libraries();
  void look_at_file();
  void look_at_disk();
  void look_at_store();
  void look_at_letters();
  void look_at_breakers();
  void look_at_controls();
  void look_at_broker();
  void look_at_publisher();

  /// Runs `look`; what it throws is a failure of `check`.
  void probe(std::string_view check, void (Examination::*look)(), std::string_view next);
  void ok(std::string_view check, std::string what) { add(Finding::State::ok, check, std::move(what), {}); }
  void warn(std::string_view check, std::string what, std::string next) {
    add(Finding::State::warn, check, std::move(what), std::move(next));
  }
  void fail(std::string_view check, std::string what, std::string next) {
    add(Finding::State::fail, check, std::move(what), std::move(next));
  }
  void add(Finding::State state, std::string_view check, std::string what, std::string next);
  [[nodiscard]] bool failed() const;
  /// "shop breakers ls"
  [[nodiscard]] std::string command(std::string_view words) const;

  Context& context_;
  const Settings& settings_;
  std::vector<Finding> findings_;
  std::unique_ptr<Logger> log_;
  app::OpenStore store_;
};

}  // namespace leftfold::inline v0::cli
