// SPDX-License-Identifier: Apache-2.0
// A store that fails when a test says so.
#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include <leftfold/clock.h>
#include <leftfold/error.h>
#include <leftfold/event_store.h>

namespace leftfold::inline v0::testing {

enum class StoreCall { append, read_stream, read_all, head, find_append };

inline constexpr std::size_t kAlways = static_cast<std::size_t>(-1);

/// Which calls a fault meets: `count` of them, beginning with the `first`, where 1 is the next one.
struct StoreCalls {
  std::size_t first = 1;
  std::size_t count = 1;
};

/// Hands every call on to another store, save for the faults that a test has asked for:
///
///     FaultyStore store{real};
///     // The next append is stored and fails all the same; the second to the fourth read fail.
///     store.append_then_throw(Errc::in_doubt);
///     store.fail(StoreCall::read_stream, Errc::unavailable, {.first = 2, .count = 3});
///
/// Calls are counted one kind by one, from the moment the fault is asked for. If several faults meet one call, slow()
/// comes first and then the oldest of the others.
/// Any thread. The store and the clock must outlive it.
class FaultyStore final : public EventStore {
 public:
  explicit FaultyStore(EventStore& store, Clock& clock = system_clock());
  ~FaultyStore() override;

  /// Those calls throw Error(code) and do not reach the store.
  void fail(StoreCall call, Errc code, StoreCalls which = {});
  /// Those appends reach the store and throw Error(code) afterwards: Errc::in_doubt is an answer that got lost.
  void append_then_throw(Errc code, StoreCalls which = {});
  /// Those appends do not reach the store and return a Conflict, as if another writer had added one event.
  void conflict(StoreCalls which = {});
  /// Those calls wait so long on the clock first.
  void slow(StoreCall call, std::chrono::nanoseconds by, StoreCalls which = {});
  /// Forgets all faults.
  void heal();

  /// How many calls of this kind there were, those that met a fault included.
  [[nodiscard]] std::size_t calls(StoreCall call) const;

  [[nodiscard]] AppendResult append(const AppendRequest& request) override;
  [[nodiscard]] EventPage read_stream(std::string_view aggregate_id, Version from, std::size_t max) override;
  [[nodiscard]] EventPage read_all(Position after, std::size_t max) override;
  [[nodiscard]] bool is_in_time_order() override { return store_.is_in_time_order(); }
  [[nodiscard]] Position head() override;
  [[nodiscard]] std::optional<Appended> find_append(std::string_view aggregate_id,
                                                    std::string_view idempotency_key) override;

 private:
  enum class Kind { before, after, conflict, slow };
  struct Fault {
    Kind kind;
    StoreCall call;
    StoreCalls which;
    Errc code = Errc::internal;
    std::chrono::nanoseconds by{};
  };
  void add(const Fault& fault);
  // Counts a call, waits if it is to be slow, throws if it is to fail; returns the fault that is left to the caller.
  std::optional<Fault> meet(StoreCall call);
  [[noreturn]] static void raise(const Fault& fault);

  EventStore& store_;
  Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any never_;
  std::vector<Fault> faults_;
  std::array<std::size_t, 5> calls_{};
};

}  // namespace leftfold::inline v0::testing
