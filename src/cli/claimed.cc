// SPDX-License-Identifier: Apache-2.0
#include "cli/claimed.h"

#include <chrono>
#include <optional>
#include <string>

#include <leftfold/error.h>

#include "cli/confirm.h"
#include "cli/outwait.h"
#include "cli/selection.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::chrono::seconds kLease{30};

}  // namespace

Claimed::Claimed(const Context& context, const Opened& opened, const Subscriptions& names,
                 std::string_view subscription, std::string_view sequence, Patience patience)
    : store_{*opened.dead_letters} {
  std::optional<DeadLetterClaim> claim;
  const auto take = [&] {
    claim = store_.claim(subscription, sequence, who(context), kLease);
    return claim.has_value();
  };
  if (patience == Patience::none ? take() : outwait_claim(context, opened, subscription, sequence, take)) {
    claim_ = *claim;
    return;
  }
  DeadLetterFilter filter;
  filter.subscription = subscription;
  filter.sequence = sequence;
  const std::vector<DeadSequence> there = store_.list(filter, 0, 1);
  if (there.empty()) no_letters(context, names, subscription, sequence);
  throw Error{Errc::fenced, "the dead letters of \"" + std::string{sequence} + "\" are in the hands of " +
                                there.front().claimed_by.value_or("somebody else") + "; try again when it is done"};
}

Claimed::~Claimed() {
  try {
    store_.release(claim_);
  } catch (...) {  // then its lease ends it
  }
}

void letters_changed(std::string_view sequence) {
  throw Error{Errc::version_conflict, "the dead letters of \"" + std::string{sequence} +
                                          "\" changed meanwhile, and nothing was done; look again and decide again"};
}

}  // namespace leftfold::inline v0::cli
