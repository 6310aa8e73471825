// SPDX-License-Identifier: Apache-2.0
// What can be typed, by what it is about; each in a file of its own: dlq_verbs.cc.
#pragma once

#include <span>

#include "cli/verbs.h"

namespace leftfold::inline v0::cli {

[[nodiscard]] std::span<const Verb> service_verbs() noexcept;
[[nodiscard]] std::span<const Verb> events_verbs() noexcept;
[[nodiscard]] std::span<const Verb> streams_verbs() noexcept;
[[nodiscard]] std::span<const Verb> dlq_verbs() noexcept;
[[nodiscard]] std::span<const Verb> breakers_verbs() noexcept;
[[nodiscard]] std::span<const Verb> projectors_verbs() noexcept;
[[nodiscard]] std::span<const Verb> broker_verbs() noexcept;
[[nodiscard]] std::span<const Verb> publisher_verbs() noexcept;
[[nodiscard]] std::span<const Verb> aggregate_verbs() noexcept;
[[nodiscard]] std::span<const Verb> snapshots_verbs() noexcept;
[[nodiscard]] std::span<const Verb> config_verbs() noexcept;
[[nodiscard]] std::span<const Verb> schema_verbs() noexcept;
[[nodiscard]] std::span<const Verb> store_verbs() noexcept;
[[nodiscard]] std::span<const Verb> bench_verbs() noexcept;
[[nodiscard]] std::span<const Verb> project_verbs() noexcept;
[[nodiscard]] std::span<const Verb> generate_verbs() noexcept;
[[nodiscard]] std::span<const Verb> program_verbs() noexcept;

}  // namespace leftfold::inline v0::cli
