// SPDX-License-Identifier: Apache-2.0
// A process that calls something all the time, through a shared breaker.
#pragma once

#include <filesystem>
#include <string>

#include <leftfold/circuit_breaker.h>
#include <leftfold/shared_breaker.h>

namespace breakers {

// Where everything is.
struct Place {
  std::filesystem::path folder;  // also of the store: see shared_store.h
  // What the process `node` calls is broken while this file is there.
  [[nodiscard]] std::filesystem::path broken(const std::string& node) const { return folder / ("broken-" + node); }
  // Probes do not end while this file is there.
  [[nodiscard]] std::filesystem::path hanging() const { return folder / "hanging"; }
};

inline constexpr const char* kBreaker = "payments";

[[nodiscard]] leftfold::BreakerOptions breaker_options();
[[nodiscard]] leftfold::SharedBreakerOptions shared_options(const std::string& node);

// Calls and ticks until it is killed or `in` ends. After each change of the breaker's state and each probe writes a
// line to `out`, the nanoseconds of the steady clock and a word: "closed", "open", "half_open", "probe_begins",
// "probe_ends", or "ready" once at the beginning.
void call_for_ever(const Place& place, const std::string& node, int in, int out);

}  // namespace breakers
