// SPDX-License-Identifier: Apache-2.0
#include "chaos/servers.h"

#include <cstdlib>
#include <stdexcept>

namespace leftfold::test_chaos {
namespace {

bool runs(const std::string& command) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread at a time waits for children
  return std::system((command + " 2>/dev/null >/dev/null").c_str()) == 0;
}

void must(const std::string& command) {
  if (!runs(command)) throw std::runtime_error{command + " failed"};
}

}  // namespace

test_dynamodb::Fault TableWeather::next() {
  namespace fault = test_dynamodb::fault;
  const std::scoped_lock lock{mutex_};
  const auto percent = random_() % 100;
  switch (kind_) {
    case Kind::calm: break;
    case Kind::flaky:
      if (percent < 3) return fault::reset_after();
      if (percent < 6) return fault::reset_before();
      if (percent < 9) return fault::error_after(500);
      if (percent < 10) return fault::half_after();
      if (percent < 11) return fault::bad_crc();
      break;
    case Kind::throttled:
      if (percent < 30) return fault::refusal("ProvisionedThroughputExceededException");
      break;
    case Kind::gone:
      if (percent < 50) return fault::error_before(503);
      return fault::reset_before();
  }
  return fault::none();
}

std::string_view to_string(TableWeather::Kind kind) noexcept {
  switch (kind) {
    case TableWeather::Kind::calm: return "calm";
    case TableWeather::Kind::flaky: return "flaky: answers lost before and after the work, broken, HTTP 500";
    case TableWeather::Kind::throttled: return "throttled: three in ten requests";
    case TableWeather::Kind::gone: return "gone: no request is answered";
  }
  return "?";
}

bool NetworkCuts::allowed() {
  // scripts/chaos says so: in the machine's own network a cut would be everybody's.
  const char* const own = std::getenv("CHAOS_OWN_NETWORK");  // NOLINT(concurrency-mt-unsafe): no thread sets any
  return own != nullptr && std::string{own} == "1" && runs("ip rule list");
}

// Rules for a port must come before the table of the machine's own addresses, which is the first one otherwise.
NetworkCuts::NetworkCuts() {
  if (runs("ip rule list | grep -q '^100:'")) return;
  must("ip rule add pref 100 lookup local && ip rule del pref 0");
}

// A packet for which a rule says `unreachable` is not sent: what is under way is as if lost, and what begins is refused
// (ip-rule(8)).
void NetworkCuts::rules(const std::string& action, std::uint16_t port) {
  for (const char* const side : {"dport", "sport"}) {
    must("ip rule " + action + " pref 10 ipproto tcp " + side + " " + std::to_string(port) + " unreachable");
  }
}

}  // namespace leftfold::test_chaos
