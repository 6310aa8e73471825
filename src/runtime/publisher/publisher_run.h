// SPDX-License-Identifier: Apache-2.0
// What stands behind a Publisher: one way of publishing.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include <leftfold/publisher.h>

namespace leftfold::inline v0::runtime {

/// The publishing thread waits no longer than this without counting a turn and showing how it is: who watches it must
/// see that it lives, and how old what waits is, while a broker is away.
inline constexpr std::chrono::milliseconds kTurn{1'000};

/// run() on one thread at a time, status() from any.
class PublisherRun {
 public:
  PublisherRun() = default;
  virtual ~PublisherRun() = default;
  PublisherRun(const PublisherRun&) = delete;
  PublisherRun& operator=(const PublisherRun&) = delete;

  /// As Publisher's.
  virtual void run(const std::stop_token& stop) = 0;
  [[nodiscard]] virtual PublisherStatus status() const = 0;
};

}  // namespace leftfold::inline v0::runtime
