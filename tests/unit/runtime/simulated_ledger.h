// SPDX-License-Identifier: Apache-2.0
// What a simulation of failures remembers of each event, and what must hold of it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/dead_letter_store.h>

namespace leftfold::runtime_test {

/// Chance that comes out the same for the same seed, on every machine.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_{seed} {}
  [[nodiscard]] std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
  [[nodiscard]] bool one_in(std::size_t n) { return below(n) == 0; }
  [[nodiscard]] bool percent(std::size_t share) { return below(100) < share; }

 private:
  std::mt19937_64 engine_;
};

/// The last actions, for people, and the first thing that went wrong.
class Trail {
 public:
  void add(std::string action) {
    for (const char c : action) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 1099511628211U;
    lines_[count_++ % lines_.size()] = std::move(action);
  }
  void broken(std::string what) {
    if (!broken_.empty()) return;
    add("BROKEN: " + what);
    broken_ = std::move(what);
  }
  [[nodiscard]] const std::string& broken() const noexcept { return broken_; }
  /// Tells two courses apart.
  [[nodiscard]] std::uint64_t hash() const noexcept { return hash_; }
  [[nodiscard]] std::string text() const {
    std::string all;
    for (std::size_t i = count_ - std::min(count_, lines_.size()); i < count_; ++i) {
      all.append("  ").append(std::to_string(i)).append(" ").append(lines_[i % lines_.size()]).append("\n");
    }
    return all;
  }

 private:
  std::array<std::string, 40> lines_;
  std::size_t count_ = 0;
  std::uint64_t hash_ = 14695981039346656037U;
  std::string broken_;
};

enum class Fault { none, transient, poison, permanent, undecodable, duplicate, fatal };

/// One event, and what became of it.
struct Fact {
  std::size_t partition = 0;
  std::int64_t position = 0;
  Fault fault = Fault::none;
  int failures_left = 0;          // of transient and fatal ones
  bool fixed = false;             // poison, permanent and undecodable ones fail until then
  int failures_not_declared = 0;  // calls that failed in another way than Unavailable
  bool handled = false;
  bool skipped = false;
};

/// Every event of every aggregate. Says when one is handled before an earlier one of its aggregate was handled or, by
/// an operator's word, skipped.
class Ledger {
 public:
  Ledger(std::size_t aggregates, Trail& trail) : trail_{trail}, facts_(aggregates), next_(aggregates) {}

  [[nodiscard]] static std::string name(std::size_t aggregate) { return std::string{"a"} + std::to_string(aggregate); }
  [[nodiscard]] static std::size_t aggregate_of(std::string_view name) {
    return static_cast<std::size_t>(std::stoul(std::string{name.substr(1)}));
  }
  [[nodiscard]] static std::string name(std::size_t aggregate, std::int64_t version) {
    return name(aggregate) + "/" + std::to_string(version);
  }

  [[nodiscard]] std::size_t aggregates() const noexcept { return facts_.size(); }
  [[nodiscard]] std::int64_t size(std::size_t aggregate) const noexcept { return std::ssize(facts_[aggregate]); }
  void add(std::size_t aggregate, Fact fact) { facts_[aggregate].push_back(fact); }
  [[nodiscard]] Fact& fact(std::size_t aggregate, std::int64_t version) {
    return facts_[aggregate].at(static_cast<std::size_t>(version));
  }
  [[nodiscard]] Fact& fact(const LetterKey& key, std::string_view sequence) {
    return fact(aggregate_of(sequence), key.version.value());
  }

  /// A handler begins with an event.
  void begins(std::size_t aggregate, std::int64_t version) {
    if (version > next_[aggregate]) {
      trail_.broken("a handler was given " + name(aggregate, version) + " before " + name(aggregate, next_[aggregate]));
    }
  }
  void handled(std::size_t aggregate, std::int64_t version) {
    fact(aggregate, version).handled = true;
    advance(aggregate);
  }
  void skipped(std::string_view sequence, const LetterKey& key) {
    fact(key, sequence).skipped = true;
    advance(aggregate_of(sequence));
  }
  /// A letter is about to be stored.
  void parked(const DeadLetter& letter) {
    if (letter.reason == ParkReason::follower || letter.reason == ParkReason::undecodable) return;
    const std::int64_t version = letter.event.version.value();
    if (letter.failure == FailureClass::unavailable ||
        fact(aggregate_of(letter.sequence), version).failures_not_declared == 0) {
      trail_.broken("parked because of an outage: " + name(aggregate_of(letter.sequence), version));
    }
  }
  void fix_all() {
    for (auto& facts : facts_) {
      for (Fact& fact : facts) {
        fact.fixed = true;
        fact.failures_left = 0;
      }
    }
  }
  [[nodiscard]] bool all_settled() const {
    for (std::size_t a = 0; a < facts_.size(); ++a) {
      if (next_[a] < size(a)) return false;
    }
    return true;
  }
  [[nodiscard]] std::string first_unsettled() const {
    for (std::size_t a = 0; a < facts_.size(); ++a) {
      if (next_[a] < size(a)) return name(a, next_[a]);
    }
    return "none";
  }

 private:
  void advance(std::size_t aggregate) {
    while (next_[aggregate] < size(aggregate) &&
           (fact(aggregate, next_[aggregate]).handled || fact(aggregate, next_[aggregate]).skipped)) {
      ++next_[aggregate];
    }
  }

  Trail& trail_;
  std::vector<std::vector<Fact>> facts_;
  std::vector<std::int64_t> next_;  // of each aggregate the first event neither handled nor skipped
};

}  // namespace leftfold::runtime_test
