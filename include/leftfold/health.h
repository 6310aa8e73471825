// SPDX-License-Identifier: Apache-2.0
// Health: named checks of a process, and what they say now.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>

namespace leftfold::inline v0 {

enum class HealthState {
  ok,
  degraded,  ///< it works, and somebody should look
  failed,
};
[[nodiscard]] std::string_view to_string(HealthState state) noexcept;

/// Which question a check helps to answer.
enum class HealthScope {
  live,   ///< does this process have to be restarted? Looks at the process alone, and answers at once
  ready,  ///< can it do its work: does what it needs answer, has it begun?
  told,   ///< for people and alerts; nothing acts on it by itself
};
[[nodiscard]] std::string_view to_string(HealthScope scope) noexcept;

/// What a check says.
struct HealthAnswer {
  HealthState state = HealthState::ok;
  std::string text{};  ///< for people; of a failure: what fails, and the next step
};

/// A check and its answer.
struct CheckedHealth {
  std::string name;
  HealthScope scope = HealthScope::told;
  HealthAnswer answer{};
  std::chrono::milliseconds took{};
};

/// What all checks said, or those of one scope. Plain value.
struct HealthReport {
  std::vector<CheckedHealth> checks;  ///< in the order they were added

  /// The worst answer; ok without checks. With a scope: of the checks of this scope alone.
  [[nodiscard]] HealthState state(std::optional<HealthScope> scope = {}) const noexcept;
  /// {"state":"failed","checks":[{"name":"store","scope":"ready","state":"failed","text":"...","ms":3}]}
  [[nodiscard]] std::string json() const;
};

/// The checks of a process. App::health() has those of store, broker and handlers; add your own:
///
///     app.health().add("mailer", leftfold::HealthScope::ready, [&]() -> leftfold::HealthAnswer {
///       if (mailer.connected()) return {};
///       return {leftfold::HealthState::failed, "the mail server does not answer"};
///     });
///
/// It starts no thread and keeps no answer: MetricsServer does both. Any thread; what checks refer to must outlive it.
class Health {
 public:
  /// May be called by several threads at once. What it throws is an answer: failed, with its text.
  using Check = std::function<HealthAnswer()>;

  explicit Health(Clock& clock = system_clock()) : clock_{clock} {}

  /// Throws Error(invalid_argument) for an empty name, one that is taken, and an empty function.
  Health& add(std::string name, HealthScope scope, Check check);

  [[nodiscard]] std::size_t size() const;
  /// Name and scope of a check; its answer is empty. Throws Error(invalid_argument) when there is no such check.
  [[nodiscard]] CheckedHealth entry(std::size_t i) const;
  /// Calls one check. Throws as entry().
  [[nodiscard]] CheckedHealth check(std::size_t i) const;
  /// Calls all checks, or those of a scope, one after another on this thread.
  [[nodiscard]] HealthReport check(std::optional<HealthScope> scope = {}) const;

 private:
  struct Entry {
    std::string name;
    HealthScope scope;
    Check check;
  };
  [[nodiscard]] const Entry& at(std::size_t i) const;

  Clock& clock_;
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Entry>> entries_;  // an entry stays where it is
};

}  // namespace leftfold::inline v0
