// SPDX-License-Identifier: Apache-2.0
#include "testing/dead_letter_cases.h"

#include <array>
#include <cstdint>

namespace leftfold::inline v0::testing {
namespace {

using namespace std::chrono_literals;

Uuid id_of(std::string_view sequence, std::int64_t number) {
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const auto letter = static_cast<unsigned char>(sequence[i]);
    bytes[i % 8] = static_cast<std::uint8_t>(bytes[i % 8] * 31 + letter);
  }
  for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return Uuid{bytes};
}

std::string_view name_of(DeadLetterStore::Removed removed) {
  switch (removed) {
    case DeadLetterStore::Removed::letter: return "letter";
    case DeadLetterStore::Removed::sequence: return "sequence";
    case DeadLetterStore::Removed::refused: return "refused";
  }
  return "unknown";
}

}  // namespace

DeadLetter failed_letter(std::string sequence, std::int64_t version) {
  DeadLetter letter;
  EventCopy& event = letter.event;
  event.aggregate_id = sequence;
  event.version = Version{version};
  event.position = Position{1000 + version};
  event.partition = 3;
  event.schema_version = 2;
  event.committed_at = Timestamp{1'700'000'000'000ms + std::chrono::milliseconds{version}};
  event.id = id_of(sequence, version);
  event.commit_id = id_of(sequence, version - 1);
  event.commit_pos = 1;
  event.commit_size = 3;
  event.type = "CartCheckedOut";
  event.payload = R"({"n":)" + std::to_string(version) + "}";
  event.metadata = R"({"user":"ann"})";
  letter.sequence = std::move(sequence);
  letter.reason = ParkReason::failed;
  letter.failure = FailureClass::transient;
  letter.error_type = "std::runtime_error";
  letter.error_message = "no room for " + std::to_string(version);
  letter.attempts = 4;
  letter.redrives = 0;
  letter.first_failed_at = Timestamp{1'700'000'100'000ms};
  letter.node = "host-1:4711";
  return letter;
}

DeadLetter follower_letter(std::string sequence, std::int64_t version) {
  DeadLetter letter = failed_letter(std::move(sequence), version);
  letter.reason = ParkReason::follower;
  letter.error_type.clear();
  letter.error_message.clear();
  letter.attempts = 0;
  letter.first_failed_at = {};
  return letter;
}

DeadLetter unversioned_letter(std::string sequence, std::int32_t partition, std::int64_t position) {
  DeadLetter letter = failed_letter(std::move(sequence), position);
  letter.event.version = Version::none();
  letter.event.partition = partition;
  letter.event.position = Position{position};
  letter.reason = ParkReason::undecodable;
  letter.failure = FailureClass::permanent;
  return letter;
}

LetterKey key_of(const DeadLetter& letter) { return LetterKey::of(letter.event.view()); }
LetterKey key_at(std::int64_t version) { return {Version{version}, 0, Position::start()}; }

std::size_t park(DeadLetterStore& store, const std::vector<DeadLetter>& letters, std::string_view subscription) {
  return store.park(subscription, letters, {});
}

DeadLetterClaim must_claim(DeadLetterStore& store, std::string_view sequence, std::source_location where) {
  const std::optional<DeadLetterClaim> claim = store.claim(kMail, sequence, "host-1:4711", kLease);
  if (!claim) throw ExpectationFailed{"the sequence " + show(sequence) + " could not be claimed", where};
  return *claim;
}

DeadSequence find_sequence(DeadLetterStore& store, std::string_view sequence, std::source_location where) {
  DeadLetterFilter filter;
  filter.subscription = kMail;
  filter.sequence = sequence;
  const std::vector<DeadSequence> found = store.list(filter, 0, 10);
  expect_equal(found.size(), 1U, "sequences of that id", where);
  return found.front();
}

std::vector<DeadLetter> letters_of(DeadLetterStore& store, std::string_view sequence) {
  return store.letters(kMail, sequence, std::nullopt, 1'000'000);
}

std::string versions_of(DeadLetterStore& store, std::string_view sequence) {
  std::string versions;
  for (const DeadLetter& letter : letters_of(store, sequence)) {
    if (!versions.empty()) versions += ' ';
    versions += std::to_string(letter.event.version.value());
  }
  return versions;
}

void expect_same_letter(const DeadLetter& actual, const DeadLetter& expected, std::source_location where) {
  expect_equal(actual.sequence, expected.sequence, "sequence", where);
  const EventCopy& event = actual.event;
  expect_equal(event.id, expected.event.id, "id", where);
  expect_equal(event.aggregate_id, expected.event.aggregate_id, "aggregate id", where);
  expect_equal(event.version, expected.event.version, "version", where);
  expect_equal(event.position, expected.event.position, "position", where);
  expect_equal(event.partition, expected.event.partition, "partition", where);
  expect_equal(event.schema_version, expected.event.schema_version, "schema version", where);
  expect_equal(event.committed_at, expected.event.committed_at, "committed at", where);
  expect_equal(event.commit_id, expected.event.commit_id, "commit id", where);
  expect_equal(event.commit_pos, expected.event.commit_pos, "place in its commit", where);
  expect_equal(event.commit_size, expected.event.commit_size, "size of its commit", where);
  expect_equal(event.type, expected.event.type, "type", where);
  expect_equal(event.payload, expected.event.payload, "payload", where);
  expect_equal(event.metadata, expected.event.metadata, "metadata", where);
  expect_equal(to_string(actual.reason), to_string(expected.reason), "reason", where);
  expect_equal(to_string(actual.failure), to_string(expected.failure), "class of the failure", where);
  expect_equal(actual.error_type, expected.error_type, "type of the error", where);
  expect_equal(actual.error_message, expected.error_message, "text of the error", where);
  expect_equal(actual.attempts, expected.attempts, "attempts", where);
  expect_equal(actual.redrives, expected.redrives, "re-drives", where);
  expect_equal(actual.first_failed_at, expected.first_failed_at, "first failed at", where);
  expect_equal(actual.node, expected.node, "node", where);
}

void expect_removed(DeadLetterStore::Removed actual, DeadLetterStore::Removed expected, std::string_view what,
                    std::source_location where) {
  expect_equal(name_of(actual), name_of(expected), what, where);
}

}  // namespace leftfold::inline v0::testing
