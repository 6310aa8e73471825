// SPDX-License-Identifier: Apache-2.0
#include "core/snapshot_body.h"

#include <cstdint>

#include <leftfold/json.h>

#include "base/fnv.h"

namespace leftfold::inline v0::detail {
namespace {

// The members in front of the checksum.
struct Head {
  Uuid event_id;
  Timestamp committed_at{};
  Timestamp latest{};
};

constexpr std::string_view kChecksum = R"(,"checksum":")";
constexpr std::string_view kState = R"(","state":)";
constexpr std::size_t kDigits = 16;

}  // namespace

std::string hash_text(std::string_view text, std::string_view more) {
  std::uint64_t hash = base::fnv1a64(more, base::fnv1a64(text));
  std::string digits(kDigits, '0');
  for (std::size_t i = kDigits; i-- > 0; hash >>= 4) digits[i] = "0123456789abcdef"[hash & 0xF];
  return digits;
}

std::string write_snapshot_body(const SnapshotBody& body) {
  std::string text = to_json(Head{body.event_id, body.committed_at, body.latest});
  text.pop_back();  // its }
  const std::string checksum = hash_text(text, body.state);
  text.reserve(text.size() + kChecksum.size() + kDigits + kState.size() + body.state.size() + 1);
  return text.append(kChecksum).append(checksum).append(kState).append(body.state).append("}");
}

std::optional<SnapshotBody> read_snapshot_body(std::string_view text) {
  const std::size_t head_size = text.find(kChecksum);
  if (head_size == text.npos) return std::nullopt;
  const std::string_view head = text.substr(0, head_size);
  std::string_view rest = text.substr(head_size + kChecksum.size());
  if (rest.size() <= kDigits + kState.size() || rest.substr(kDigits, kState.size()) != kState || rest.back() != '}') {
    return std::nullopt;
  }
  const std::string_view checksum = rest.substr(0, kDigits);
  rest.remove_prefix(kDigits + kState.size());
  rest.remove_suffix(1);
  if (hash_text(head, rest) != checksum) return std::nullopt;
  try {
    const auto read = from_json<Head>(std::string{head} + '}');
    return SnapshotBody{read.event_id, read.committed_at, read.latest, rest};
  } catch (const JsonError&) {
    return std::nullopt;
  }
}

}  // namespace leftfold::inline v0::detail
