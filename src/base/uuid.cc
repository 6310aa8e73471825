// SPDX-License-Identifier: Apache-2.0
#include <leftfold/uuid.h>

#include <pthread.h>
#include <sys/random.h>

#include <algorithm>
#include <atomic>
#include <cstddef>

#include <leftfold/error.h>

namespace leftfold::inline v0 {
namespace {

constexpr int kCounterBits = 12;  // rand_a of RFC 9562, 5.7, used as the counter of 6.2 method 1
constexpr std::uint64_t kCounterMask = (1U << kCounterBits) - 1;
constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint64_t kLongestStepBack = 60'000;  // ms; a clock set back by more is believed

// Milliseconds and counter of the last id, as one number: a counter that overflows carries into the milliseconds.
std::atomic<std::uint64_t> last_tick{0};

/// The tick of a new id: after every earlier one of this process, and at `ms` or as soon after it as possible.
std::uint64_t next_tick(std::uint64_t ms) noexcept {
  const std::uint64_t wanted = ms << kCounterBits;
  std::uint64_t last = last_tick.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    const bool set_back = wanted + (kLongestStepBack << kCounterBits) < last;
    next = set_back ? wanted : std::max(wanted, last + 1);
  } while (!last_tick.compare_exchange_weak(last, next, std::memory_order_relaxed));
  return next;
}

// Counts the forks that led to this process: a child must not use random bits that its parent still holds.
std::atomic<std::uint64_t> fork_generation{1};

// Random bits from the kernel, fetched for many ids at a time because the call costs more than everything else here.
// Zero-initialised and trivial, so that access needs no guard.
struct RandomPool {
  std::array<std::uint64_t, 128> words;
  std::size_t left;
  std::uint64_t generation;
};
constinit thread_local RandomPool pool{};

void refill(RandomPool& to) {
  static const int registered =
      pthread_atfork(nullptr, nullptr, [] { fork_generation.fetch_add(1, std::memory_order_relaxed); });
  constexpr std::size_t kMostAtOnce = 256 / sizeof(std::uint64_t);  // getentropy(3) gives at most 256 bytes a call
  for (std::size_t at = 0; at < to.words.size(); at += kMostAtOnce) {
    if (registered != 0 || getentropy(&to.words[at], kMostAtOnce * sizeof(std::uint64_t)) != 0) {
      throw Error{Errc::unavailable, "new event id: the kernel gives no random bytes (getentropy failed); try again"};
    }
  }
  to.left = to.words.size();
  to.generation = fork_generation.load(std::memory_order_relaxed);
}

std::uint64_t random_bits() {
  if (pool.left == 0 || pool.generation != fork_generation.load(std::memory_order_relaxed)) refill(pool);
  return pool.words[--pool.left];
}

constexpr std::string_view kHex = "0123456789abcdef";

constexpr bool dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

constexpr int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Uuid Uuid::v7(Timestamp now) {
  const std::int64_t since_epoch = std::max<std::int64_t>(0, now.time_since_epoch().count());
  const std::uint64_t tick = next_tick(static_cast<std::uint64_t>(since_epoch) & kTimeMask);
  const std::uint64_t high = (tick >> kCounterBits) << 16 | 0x7000U | (tick & kCounterMask);
  const std::uint64_t low = (random_bits() >> 2) | std::uint64_t{1} << 63;  // variant 0b10, then 62 random bits
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    const auto shift = 56 - 8 * i;
    bytes[i] = static_cast<std::uint8_t>(high >> shift);
    bytes[i + 8] = static_cast<std::uint8_t>(low >> shift);
  }
  return Uuid{bytes};
}

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (dash_before(i) && text[at++] != '-') return std::nullopt;
    const int high = hex_value(text[at++]);
    const int low = hex_value(text[at++]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return Uuid{bytes};
}

std::string Uuid::to_string() const {
  std::string text(36, '-');
  std::size_t at = 0;
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    if (dash_before(i)) ++at;
    text[at++] = kHex[bytes_[i] >> 4];
    text[at++] = kHex[bytes_[i] & 0xf];
  }
  return text;
}

}  // namespace leftfold::inline v0
