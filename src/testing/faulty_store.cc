// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/faulty_store.h>

#include <string>

namespace leftfold::inline v0::testing {
namespace {

constexpr std::array<std::string_view, 5> kNames{"append", "read_stream", "read_all", "head", "find_append"};

}  // namespace

FaultyStore::FaultyStore(EventStore& store, Clock& clock) : store_{store}, clock_{clock} {}
FaultyStore::~FaultyStore() = default;

void FaultyStore::fail(StoreCall call, Errc code, StoreCalls which) { add({Kind::before, call, which, code, {}}); }
void FaultyStore::append_then_throw(Errc code, StoreCalls which) {
  add({Kind::after, StoreCall::append, which, code, {}});
}
void FaultyStore::conflict(StoreCalls which) {
  add({Kind::conflict, StoreCall::append, which, Errc::version_conflict, {}});
}
void FaultyStore::slow(StoreCall call, std::chrono::nanoseconds by, StoreCalls which) {
  add({Kind::slow, call, which, Errc::internal, by});
}

void FaultyStore::add(const Fault& fault) {
  if (fault.which.first == 0) {
    throw Error{Errc::invalid_argument, "FaultyStore: calls are counted from 1, which is the next one"};
  }
  const std::scoped_lock lock{mutex_};
  faults_.push_back(fault);
}

void FaultyStore::heal() {
  const std::scoped_lock lock{mutex_};
  faults_.clear();
}

std::size_t FaultyStore::calls(StoreCall call) const {
  const std::scoped_lock lock{mutex_};
  return calls_.at(static_cast<std::size_t>(call));
}

std::optional<FaultyStore::Fault> FaultyStore::meet(StoreCall call) {
  std::optional<Fault> met;
  std::unique_lock lock{mutex_};
  ++calls_.at(static_cast<std::size_t>(call));
  std::chrono::nanoseconds wait{};
  for (Fault& fault : faults_) {
    if (fault.call != call) continue;
    if (fault.which.first > 1) {
      --fault.which.first;
    } else if (fault.which.count > 0) {
      if (fault.which.count != kAlways) --fault.which.count;
      if (fault.kind == Kind::slow) {
        wait += fault.by;
      } else if (!met) {
        met = fault;
      }
    }
  }
  if (wait > wait.zero()) clock_.wait_until(lock, never_, {}, clock_.instant() + wait, [] { return false; });
  if (met && met->kind == Kind::before) raise(*met);
  return met;
}

void FaultyStore::raise(const Fault& fault) {
  const std::string name{kNames.at(static_cast<std::size_t>(fault.call))};
  throw Error{fault.code, fault.kind == Kind::after ? name + ": the answer was lost, because the test asked for it"
                                                    : name + ": fails because the test asked for it"};
}

AppendResult FaultyStore::append(const AppendRequest& request) {
  const std::optional<Fault> fault = meet(StoreCall::append);
  if (fault && fault->kind == Kind::conflict) return Conflict{request.expected.next()};
  const AppendResult result = store_.append(request);
  if (fault) raise(*fault);
  return result;
}

EventPage FaultyStore::read_stream(std::string_view aggregate_id, Version from, std::size_t max) {
  meet(StoreCall::read_stream);
  return store_.read_stream(aggregate_id, from, max);
}

EventPage FaultyStore::read_all(Position after, std::size_t max) {
  meet(StoreCall::read_all);
  return store_.read_all(after, max);
}

Position FaultyStore::head() {
  meet(StoreCall::head);
  return store_.head();
}

std::optional<Appended> FaultyStore::find_append(std::string_view aggregate_id, std::string_view idempotency_key) {
  meet(StoreCall::find_append);
  return store_.find_append(aggregate_id, idempotency_key);
}

}  // namespace leftfold::inline v0::testing
