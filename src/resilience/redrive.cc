// SPDX-License-Identifier: Apache-2.0
#include "resilience/redrive.h"

#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "core/thrown.h"

namespace leftfold::inline v0::detail {
namespace {

using End = RedriveResult::End;

constexpr std::size_t kPage = 16;  // letters in memory at once; one may be a megabyte

bool is_stop(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error.code() == Errc::stopped;
  } catch (...) {
    return false;
  }
}

/// One re-drive, once its sequence is claimed.
class Redrive {
 public:
  Redrive(DeadLetterStore& store, const RedriveTarget& target, DeadLetterClaim claim, Clock& clock,
          const std::stop_token& stop)
      : store_{store}, target_{target}, claim_{std::move(claim)}, clock_{clock}, stop_{stop} {}

  RedriveResult run() {
    while (!ended_) {
      // From the first one again: those before are gone, and what is handled next must be the first.
      const std::vector<DeadLetter> page = store_.letters(claim_.subscription, claim_.sequence, std::nullopt, kPage);
      if (page.empty()) return end(End::refused);  // somebody else took the last one, so the claim is lost
      for (const DeadLetter& letter : page) {
        if (step(letter)) break;
      }
    }
    return std::move(result_);
  }

 private:
  RedriveResult end(End end) {
    result_.end = end;
    ended_ = true;
    return result_;
  }

  /// Handles one letter. Returns whether the page is over: the re-drive has ended, or the letters must be read again.
  bool step(const DeadLetter& letter) {
    if (stop_.stop_requested()) {
      store_.release(claim_);
      end(End::stopped);
      return true;
    }
    if (!store_.renew(claim_, target_.lease)) {
      end(End::refused);
      return true;
    }
    if (const std::exception_ptr thrown = handle(letter)) {
      const FailureClass failure = target_.rules.classify(thrown);
      if (failure != FailureClass::duplicate) {
        failed(letter, thrown, failure);
        return true;
      }
    }
    return evict(letter);
  }

  std::exception_ptr handle(const DeadLetter& letter) const {
    try {
      target_.handle(letter.event.view());
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  bool evict(const DeadLetter& letter) {
    switch (store_.evict(claim_, LetterKey::of(letter.event.view()))) {
      case DeadLetterStore::Removed::letter: ++result_.handled; return false;
      case DeadLetterStore::Removed::sequence:
        ++result_.handled;
        end(End::finished);
        return true;
      case DeadLetterStore::Removed::refused: break;
    }
    // An earlier letter that was parked meanwhile is to be handled first; with a lost claim another one goes on.
    if (!store_.renew(claim_, target_.lease)) end(End::refused);
    return true;
  }

  void failed(const DeadLetter& letter, const std::exception_ptr& thrown, FailureClass failure) {
    if (stop_.stop_requested() && is_stop(thrown)) {
      store_.release(claim_);
      end(End::stopped);
      return;
    }
    Thrown text = facts_of(thrown);
    result_.failure = failure;
    result_.error = text.message.empty() ? text.type : text.message;
    const Timestamp now = clock_.now();
    if (failure == FailureClass::unavailable) return hold(letter, now);
    DeadLetter noted = letter;
    if (noted.reason == ParkReason::follower) {
      noted.reason = ParkReason::failed;
      noted.first_failed_at = now;
    }
    noted.failure = failure;
    noted.error_type = std::move(text.type);
    noted.error_message = std::move(text.message);
    const bool done = store_.failed(claim_, noted,
                                    failure == FailureClass::fatal ? std::nullopt : retry_at(letter.redrives + 1, now));
    end(done ? End::failed : End::refused);
  }

  /// What the handler needs is down: that is no fault of the letter's, so nothing is counted, and it is asked for
  /// again.
  void hold(const DeadLetter& letter, Timestamp now) {
    const Timestamp again = retry_at(letter.redrives + 1, now).value_or(now + target_.lease);
    (void)store_.request_retry(claim_.subscription, claim_.sequence, again);
    store_.release(claim_);
    end(End::failed);
  }

  std::optional<Timestamp> retry_at(int redrives, Timestamp now) const {
    return target_.retry_at ? target_.retry_at(redrives, now) : std::nullopt;
  }

  DeadLetterStore& store_;
  const RedriveTarget& target_;
  const DeadLetterClaim claim_;
  Clock& clock_;
  const std::stop_token& stop_;
  RedriveResult result_;
  bool ended_ = false;
};

}  // namespace

RedriveResult redrive(DeadLetterStore& store, const RedriveTarget& target, std::string_view sequence, Clock& clock,
                      const std::stop_token& stop) {
  auto claim = store.claim(target.subscription, sequence, target.owner, target.lease);
  if (!claim) return {};
  return Redrive{store, target, std::move(*claim), clock, stop}.run();
}

}  // namespace leftfold::inline v0::detail
