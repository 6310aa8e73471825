#include "cli/claimed.h"

#include <chrono>
#include <optional>
#include <string>

#include <leftfold/error.h>

#include "cli/confirm.h"
#include "cli/selection.h"

namespace leftfold::cli {
namespace {

constexpr std::chrono::seconds kLease{30};

}  // namespace

Claimed::Claimed(const Context& context, DeadLetterStore& store, const Subscriptions& names,
                 std::string_view subscription, std::string_view sequence)
    : store_{store} {
  const std::optional<DeadLetterClaim> claim = store.claim(subscription, sequence, who(context), kLease);
  if (claim) {
    claim_ = *claim;
    return;
  }
  DeadLetterFilter filter;
  filter.subscription = subscription;
  filter.sequence = sequence;
  const std::vector<DeadSequence> there = store.list(filter, 0, 1);
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

}  // namespace leftfold::cli
