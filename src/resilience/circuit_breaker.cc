// SPDX-License-Identifier: Apache-2.0
#include <leftfold/circuit_breaker.h>

#include <algorithm>

#include "resilience/breaker_machine.h"

namespace leftfold::inline v0 {
namespace {

using detail::BreakerMachine;

std::string why_open(std::string_view breaker, std::optional<std::chrono::milliseconds> retry_in) {
  std::string text = "circuit breaker \"" + std::string{breaker} + "\" lets no call through";
  if (retry_in) return text + "; try again in " + std::to_string(retry_in->count()) + " ms";
  return text + ": it was forced open; reset it when what it protects works again";
}

std::string checked_name(std::string name) {
  if (name.empty()) throw Error{Errc::invalid_argument, "circuit breaker: the name is empty; name what is called"};
  return name;
}

BreakerOptions checked(const BreakerOptions& options) {
  validate(options);
  return options;
}

BreakerMachine::Result result_of(FailureClass failure) {
  switch (failure) {
    case FailureClass::transient:
    case FailureClass::unavailable: return BreakerMachine::Result::failure;
    case FailureClass::duplicate: return BreakerMachine::Result::success;
    case FailureClass::permanent:
    case FailureClass::fatal: break;
  }
  return BreakerMachine::Result::nothing;
}

}  // namespace

CircuitOpen::CircuitOpen(std::string_view breaker, std::optional<std::chrono::milliseconds> retry_in,
                         std::source_location where)
    : Error{Errc::unavailable, why_open(breaker, retry_in), where}, retry_in_{retry_in} {}
CircuitOpen::~CircuitOpen() = default;

CircuitBreaker::CircuitBreaker(std::string name, BreakerOptions options, Clock& clock)
    : machine_{std::make_unique<BreakerMachine>(checked_name(std::move(name)), checked(options), clock)} {}
CircuitBreaker::~CircuitBreaker() = default;

template <class Result>
void CircuitBreaker::Permit::end(Permit& permit, Result result) noexcept {
  if (CircuitBreaker* breaker = std::exchange(permit.breaker_, nullptr)) {
    breaker->machine_->finish({permit.generation_, permit.probe_, permit.key_, permit.begun_}, result);
  }
}

CircuitBreaker::Permit& CircuitBreaker::Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  cancel();
  breaker_ = std::exchange(other.breaker_, nullptr);
  generation_ = other.generation_;
  probe_ = other.probe_;
  key_ = other.key_;
  begun_ = other.begun_;
  return *this;
}

void CircuitBreaker::Permit::succeeded() noexcept { end(*this, BreakerMachine::Result::success); }
void CircuitBreaker::Permit::failed(FailureClass failure) noexcept { end(*this, result_of(failure)); }
void CircuitBreaker::Permit::cancel() noexcept { end(*this, BreakerMachine::Result::nothing); }

std::optional<CircuitBreaker::Permit> CircuitBreaker::try_acquire(std::string_view key) {
  const std::optional<BreakerMachine::Ticket> ticket = machine_->acquire(key);
  if (!ticket) return std::nullopt;
  Permit permit;
  permit.breaker_ = this;
  permit.generation_ = ticket->generation;
  permit.probe_ = ticket->probe;
  permit.key_ = ticket->key;
  permit.begun_ = ticket->begun;
  return permit;
}

void CircuitBreaker::trip() noexcept { machine_->trip(); }
void CircuitBreaker::force_open() noexcept { machine_->force_open(); }
void CircuitBreaker::disable() noexcept { machine_->disable(); }
void CircuitBreaker::reset() noexcept { machine_->reset(); }
BreakerStatus CircuitBreaker::status() const { return machine_->status(); }
BreakerState CircuitBreaker::state() const { return machine_->state(); }
std::optional<Instant> CircuitBreaker::closed_until(std::string_view key) const { return machine_->closed_until(key); }
void CircuitBreaker::on_change(std::function<void(BreakerState, BreakerState)> changed) {
  machine_->on_change(std::move(changed));
}
const std::string& CircuitBreaker::name() const noexcept { return machine_->name(); }

void CircuitBreaker::throw_open(std::string_view key) const {
  const Instant now = machine_->now();
  const Instant until = machine_->closed_until(key).value_or(now);
  if (until == kNever) throw CircuitOpen{name(), std::nullopt};
  throw CircuitOpen{name(),
                    std::max(std::chrono::milliseconds{0}, std::chrono::ceil<std::chrono::milliseconds>(until - now))};
}

const FailureRules& CircuitBreaker::default_rules() noexcept {
  static const FailureRules rules;
  return rules;
}

}  // namespace leftfold::inline v0
