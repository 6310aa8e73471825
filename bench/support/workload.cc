// SPDX-License-Identifier: Apache-2.0
#include "support/workload.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <variant>

namespace leftfold::bench {

namespace {

// Sebastiano Vigna's splitmix64 (public domain): one number in, one that looks random out.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

Uuid uuid_of(std::uint64_t high, std::uint64_t low) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return Uuid{bytes};
}

}  // namespace

std::string stream_name(std::uint64_t family, std::uint64_t number) {
  const std::uint64_t seed = mix(family * 1'000'003 + number);
  return "cart-" + uuid_of(seed, mix(seed)).to_string();
}

NewEvent make_event(std::uint64_t family, std::uint64_t serial, std::size_t payload_bytes) {
  static constexpr std::string_view kHead =
      R"({"product_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","quantity":2,"note":")";
  static constexpr std::string_view kTail = R"("})";
  NewEvent event;
  event.id = uuid_of(family, serial);
  event.type = "CartItemAddedV01";
  event.payload.reserve(payload_bytes);
  event.payload = kHead;
  event.payload.append(payload_bytes - std::min(payload_bytes, kHead.size() + kTail.size()), 'x');
  event.payload += kTail;
  event.metadata = R"({"correlation_id":"c0ffee00-1234-4abc-8def-0123456789ab"})";
  return event;
}

StreamSet::StreamSet(std::uint64_t family, std::size_t streams) : family_{family} {
  for (std::size_t i = 0; i < streams; ++i) streams_.push_back({stream_name(family, i), Version::none()});
}

AppendRequest StreamSet::next_request(std::size_t batch) {
  Stream& stream = streams_[at_];
  at_ = (at_ + 1) % streams_.size();
  AppendRequest request;
  request.aggregate_id = stream.name;
  request.expected = stream.version;
  request.events.reserve(batch);
  for (std::size_t i = 0; i < batch; ++i) request.events.push_back(make_event(family_, serial_++));
  stream.version = Version{stream.version.value() + static_cast<std::int64_t>(batch)};
  return request;
}

void require_appended(const AppendResult& result) {
  if (!std::holds_alternative<Appended>(result)) {
    throw std::runtime_error{"an append met a conflict, but every benchmark stream has one writer: the store is wrong"};
  }
}

double quantile(std::vector<double>& samples, double share) {
  if (samples.empty()) return 0;
  const auto at = std::min(samples.size() - 1, static_cast<std::size_t>(share * static_cast<double>(samples.size())));
  std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at), samples.end());
  return samples[at];
}

double process_cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace leftfold::bench
