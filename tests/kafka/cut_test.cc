// SPDX-License-Identifier: Apache-2.0
// The network is cut under a sink and a subscription, again and again.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <leftfold/event_copy.h>
#include <leftfold/kafka.h>

#include "kafka/service.h"
#include "support/kafka_records.h"

namespace leftfold::test_kafka {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Ends every connection of this process to the port, as librdkafka sees it. Returns how many there were.
int cut_connections(std::uint16_t port) {
  int cut = 0;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
    const std::string name = entry.path().filename();
    int file = -1;
    std::from_chars(name.data(), name.data() + name.size(), file);
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (::getpeername(file, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || peer.sin_family != AF_INET) continue;
    if (ntohs(peer.sin_port) == port && ::shutdown(file, SHUT_RDWR) == 0) ++cut;
  }
  return cut;
}

std::uint16_t port_of(const KafkaOptions& options) {
  const std::string& brokers = options.brokers;
  std::uint16_t port = 0;
  const std::size_t colon = brokers.rfind(':');
  std::from_chars(brokers.data() + colon + 1, brokers.data() + brokers.size(), port);
  return port;
}

EventCopy event_of(std::int64_t serial, std::int64_t aggregates) {
  EventCopy event;
  event.aggregate_id = "cart-" + std::to_string(serial % aggregates);
  event.version = Version{serial / aggregates};
  event.type = "Happened";
  event.id = event.commit_id = Uuid::v7(system_clock().now());
  event.payload = R"({"note":")" + std::string(1'000, 'x') + "\"}";
  return event;
}

/// Versions by aggregate, in the order in which they came.
using Versions = std::map<std::string, std::vector<std::int64_t>>;

TEST(KafkaConnections, ThatAreCutAgainAndAgainLoseAndRepeatNothing) {
  constexpr std::int64_t kAggregates = 20;
  constexpr int kCuts = 12;
  TestTopic topic;
  KafkaBroker broker{topic.options()};
  const auto sink = broker.open_sink();
  const auto subscription = broker.subscribe({"shop.Counts", SubscriptionKind::local});
  const std::uint16_t port = port_of(topic.options());
  const Instant patience = system_clock().instant() + seconds{120};
  Versions taken;
  std::int64_t sent = 0;
  std::int64_t arrived = 0;
  int cuts = 0;
  Instant next_cut = system_clock().instant() + milliseconds{200};
  while ((cuts < kCuts || arrived < sent) && system_clock().instant() < patience) {
    const Instant soon = system_clock().instant() + milliseconds{1};
    if (cuts < kCuts && sink->send(event_of(sent, kAggregates).view()) != 0) ++sent;
    for (const SinkReceipt& receipt : sink->receipts({}, soon)) EXPECT_TRUE(receipt.acknowledged) << receipt.why;
    for (const RecordedEvent& event : subscription->take(100, {}, Instant::min()).events) {
      taken[std::string{event.aggregate_id}].push_back(event.version.value());
      ++arrived;
    }
    if (cuts == kCuts || system_clock().instant() < next_cut) continue;
    if (cut_connections(port) > 0) ++cuts;
    next_cut = system_clock().instant() + milliseconds{300};  // or nothing would get through between two
  }
  EXPECT_EQ(cuts, kCuts);
  EXPECT_EQ(sink->on_the_way(), 0U);
  Versions expected;
  for (std::int64_t i = 0; i < sent; ++i)
    expected["cart-" + std::to_string(i % kAggregates)].push_back(i / kAggregates);
  EXPECT_EQ(taken, expected);
  Versions stored;
  for (const EventCopy& event : test_support::events_in(topic.options())) {
    stored[event.aggregate_id].push_back(event.version.value());
  }
  EXPECT_EQ(stored, expected);
}

}  // namespace
}  // namespace leftfold::test_kafka
