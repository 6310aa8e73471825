// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/dead_letter_commit.h"

#include <algorithm>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/append_marker.h"
#include "dynamodb/attribute_forms.h"
#include "dynamodb/dead_letter_keys.h"

namespace leftfold::inline v0::dynamodb {
namespace {

constexpr int kMostRounds = 1000;
constexpr std::string_view kRefused = "ConditionalCheckFailed";
constexpr std::string_view kSequences = "sequences";

Expression unchanged(const DeadHead& before) {
  return {"#g = :g AND #r = :r",
          {{"#g", std::string{kShelf}}, {"#r", std::string{kRevision}}},
          {{":g", bytes_of(before.shelf)}, {":r", number(before.revision)}}};
}

}  // namespace

void DeadLetterCall::next_round() {
  if (++round_ < kMostRounds) return;
  throw Error{Errc::throttled, what_ + ": others changed its dead letters " + std::to_string(round_) +
                                   " times meanwhile, nothing was stored; try again"};
}

std::string DeadLetterCall::token() const {
  std::string token = id_.to_string();
  std::erase(token, '-');
  return token + std::to_string(round_);
}

void DeadLetterCommit::add(ItemWrite write) {
  write.table = table_;
  bytes_ += item_size(write.item) + item_size(write.condition.values);
  writes_.push_back(std::move(write));
}

void DeadLetterCommit::make(DeadHead head) {
  head.write_id = call_.id();
  add({ItemWrite::Kind::put, {}, head_item(head), {"attribute_not_exists(k)", {}, {}}, {}});
}

void DeadLetterCommit::replace(const DeadHead& before, DeadHead after) {
  after.write_id = call_.id();
  after.revision = before.revision + 1;
  add({ItemWrite::Kind::put, {}, head_item(after), unchanged(before), {}});
}

void DeadLetterCommit::end(const DeadHead& before) {
  add({ItemWrite::Kind::remove, {}, head_key(before.subscription, before.sequence), unchanged(before), {}});
}

void DeadLetterCommit::put(Item item) { add({ItemWrite::Kind::put, {}, std::move(item), {}, {}}); }
void DeadLetterCommit::put(std::vector<Item> items) {
  for (Item& item : items) put(std::move(item));
}
void DeadLetterCommit::remove(Item key) { add({ItemWrite::Kind::remove, {}, std::move(key), {}, {}}); }

void DeadLetterCommit::update(Item key, std::string expression, Expression stand_ins) {
  stand_ins.text = "attribute_exists(k)";
  add({ItemWrite::Kind::update, {}, std::move(key), std::move(stand_ins), std::move(expression)});
}

void DeadLetterCommit::count(std::string_view subscription, std::int64_t more, std::optional<std::int64_t> room) {
  ItemWrite write;
  write.kind = ItemWrite::Kind::update;
  write.item = registry_key(subscription);
  write.update = "ADD #n :more";
  write.condition.names = {{"#n", std::string{kSequences}}};
  write.condition.values = {{":more", number(more)}};
  if (room) {
    write.condition.text = "attribute_not_exists(#n) OR #n <= :room";
    write.condition.values.push_back({":room", number(*room)});
    counted_ = writes_.size();
  }
  add(std::move(write));
}

bool DeadLetterCommit::fits() const noexcept {
  return writes_.size() <= kMaxTransactionItems && bytes_ <= kMaxTransactionBytes;
}

DeadLetterCommit::End DeadLetterCommit::commit() {
  const TransactResult result = client_.transact(writes_, call_.token());
  if (result.applied) return End::stored;
  in_doubt_ = result.in_doubt;
  for (std::size_t i = 0; i < result.reasons.size(); ++i) {
    if (result.reasons[i].code == kRefused && counted_ != i) return End::raced;
  }
  return counted_ && result.reasons.at(*counted_).code == kRefused ? End::no_room : End::raced;
}

}  // namespace leftfold::inline v0::dynamodb
