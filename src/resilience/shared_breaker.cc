// SPDX-License-Identifier: Apache-2.0
#include <leftfold/shared_breaker.h>

#include <unistd.h>

#include <array>
#include <utility>

#include "resilience/option_checks.h"
#include "resilience/shared_node.h"

namespace leftfold::inline v0 {
namespace {

// "host:pid:random": for people, and unique.
std::string name_of_this_process(Clock& clock) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {"localhost"};
  return std::string{host.data()} + ":" + std::to_string(::getpid()) + ":" +
         Uuid::v7(clock.now()).to_string().substr(28);
}

}  // namespace

void validate(const SharedBreakerOptions& options) {
  using detail::check_between;
  using std::chrono::milliseconds;
  constexpr milliseconds kShortest{1};
  check_between("shared_breaker.quorum", static_cast<double>(options.quorum), 0, 100'000);
  check_between("shared_breaker.read_every", options.read_every, kShortest);
  check_between("shared_breaker.probe_lease", options.probe_lease, kShortest);
  check_between("shared_breaker.ramp", options.ramp, milliseconds{0});
  check_between("shared_breaker.forget_after", options.forget_after, kShortest);
}

SharedBreaker::SharedBreaker(CircuitBreaker& local, BreakerStore& store, SharedBreakerOptions options, Clock& clock,
                             Logger& log) {
  validate(options);
  if (options.node.empty()) options.node = name_of_this_process(clock);
  node_ = std::make_unique<detail::SharedNode>(*local.machine_, store, std::move(options), clock, log);
}
SharedBreaker::~SharedBreaker() = default;

void SharedBreaker::tick() noexcept { node_->tick(); }
Instant SharedBreaker::next_tick() const { return node_->next_tick(); }
std::optional<BreakerRecord> SharedBreaker::last_seen() const { return node_->last_seen(); }

}  // namespace leftfold::inline v0
