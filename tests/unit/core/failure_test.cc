// SPDX-License-Identifier: Apache-2.0
#include <leftfold/failure.h>

#include <gtest/gtest.h>

#include <future>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/breaker_store.h>
#include <leftfold/dead_letter_store.h>

namespace leftfold {
namespace {

template <class E>
std::exception_ptr thrown(E error) {
  return std::make_exception_ptr(std::move(error));
}

struct HttpError : std::runtime_error {
  explicit HttpError(int code) : std::runtime_error{"HTTP"}, status{code} {}
  int status;
};
struct NotFound final : HttpError {
  NotFound() : HttpError{404} {}
};

TEST(FailureRules, KnowWhatLeftfoldsOwnErrorsMean) {
  const FailureRules rules;
  const auto expected = [](Errc code) {
    switch (code) {
      case Errc::invalid_data:
      case Errc::unsupported:
      case Errc::invalid_argument: return FailureClass::permanent;
      case Errc::unavailable: return FailureClass::unavailable;
      case Errc::invalid_config:
      case Errc::permission_denied:
      case Errc::corrupt:
      case Errc::internal: return FailureClass::fatal;
      default: return FailureClass::transient;
    }
  };
  for (int i = 0; i <= static_cast<int>(Errc::internal); ++i) {
    const auto code = static_cast<Errc>(i);
    EXPECT_EQ(rules.classify(thrown(Error{code, "text"})), expected(code)) << to_string(code);
  }
  EXPECT_EQ(rules.classify(thrown(VersionConflict{"cart-1", Version{1}, Version{2}})), FailureClass::transient);
}

TEST(FailureRules, KnowWhatAHandlerSaysByItself) {
  const FailureRules rules;
  EXPECT_EQ(rules.classify(thrown(Park{"no product 7"})), FailureClass::permanent);
  EXPECT_EQ(rules.classify(thrown(Stop{"the table is gone"})), FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(Unavailable{"the mailer is down"})), FailureClass::unavailable);
}

TEST(FailureRules, TakeAnythingElseForTransientButNoMemoryForFatal) {
  FailureRules rules;
  EXPECT_EQ(rules.classify(thrown(std::runtime_error{"x"})), FailureClass::transient);
  EXPECT_EQ(rules.classify(thrown(7)), FailureClass::transient);
  EXPECT_EQ(rules.classify(nullptr), FailureClass::transient);
  EXPECT_EQ(rules.classify(thrown(std::bad_alloc{})), FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(std::bad_array_new_length{})), FailureClass::fatal);
  rules.otherwise(FailureClass::permanent);
  EXPECT_EQ(rules.classify(thrown(std::runtime_error{"x"})), FailureClass::permanent);
  EXPECT_EQ(rules.classify(thrown(7)), FailureClass::permanent);
  EXPECT_EQ(rules.classify(thrown(std::bad_alloc{})), FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(Error{Errc::throttled, "x"})), FailureClass::transient);
}

TEST(FailureRules, TheFirstThatFitsDecides) {
  FailureRules rules;
  rules.when<NotFound>(FailureClass::permanent)
      .when<HttpError>([](const HttpError& e) { return e.status == 503; }, FailureClass::unavailable)
      .when<HttpError>([](const HttpError& e) { return e.status == 409; }, FailureClass::duplicate)
      .when<HttpError>(FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(NotFound{})), FailureClass::permanent);
  EXPECT_EQ(rules.classify(thrown(HttpError{503})), FailureClass::unavailable);
  EXPECT_EQ(rules.classify(thrown(HttpError{409})), FailureClass::duplicate);
  EXPECT_EQ(rules.classify(thrown(HttpError{404})), FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(std::runtime_error{"HTTP"})), FailureClass::transient);
}

TEST(FailureRules, OfTheProgramComeBeforeTheBuiltInOnes) {
  FailureRules rules;
  rules.when<Error>([](const Error& e) { return e.code() == Errc::permission_denied; }, FailureClass::transient)
      .when<Park>(FailureClass::fatal)
      .when<std::bad_alloc>(FailureClass::unavailable);
  EXPECT_EQ(rules.classify(thrown(Error{Errc::permission_denied, "x"})), FailureClass::transient);
  EXPECT_EQ(rules.classify(thrown(Error{Errc::corrupt, "x"})), FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(Park{"x"})), FailureClass::fatal);
  EXPECT_EQ(rules.classify(thrown(std::bad_alloc{})), FailureClass::unavailable);
}

TEST(FailureRules, APredicateThatThrowsDoesNotFit) {
  FailureRules rules;
  rules.when<std::runtime_error>([](const std::runtime_error&) -> bool { throw 1; }, FailureClass::fatal)
      .when<std::runtime_error>(FailureClass::duplicate);
  EXPECT_EQ(rules.classify(thrown(std::runtime_error{"x"})), FailureClass::duplicate);
}

TEST(FailureRules, AreReadByManyThreads) {
  FailureRules rules;
  rules.when<HttpError>([](const HttpError& e) { return e.status == 503; }, FailureClass::unavailable);
  const std::exception_ptr shared = thrown(HttpError{503});
  std::vector<std::future<bool>> threads;
  for (int i = 0; i < 4; ++i) {
    threads.push_back(std::async(std::launch::async, [&] {
      bool all = true;
      for (int round = 0; round < 500; ++round) all = rules.classify(shared) == FailureClass::unavailable && all;
      return all;
    }));
  }
  for (auto& thread : threads) EXPECT_TRUE(thread.get());
}

TEST(HandlerSignals, CarryTheTextAndThePlaceOfTheirThrow) {
  const auto line = std::source_location::current().line() + 1;
  const Park park{"no product 7"};
  EXPECT_STREQ(park.what(), "no product 7");
  EXPECT_EQ(park.where().line(), line);
  EXPECT_EQ(park.code(), Errc::handler_failed);
  EXPECT_EQ(Stop{"x"}.code(), Errc::handler_failed);
  EXPECT_EQ(Unavailable{"x"}.code(), Errc::unavailable);
}

/// Names of values from 0 to `last`; "unknown" must not be among them.
template <class Enum>
std::vector<std::string_view> names(Enum last) {
  std::vector<std::string_view> all;
  for (int i = 0; i <= static_cast<int>(last); ++i) all.push_back(to_string(static_cast<Enum>(i)));
  EXPECT_EQ(to_string(static_cast<Enum>(static_cast<int>(last) + 1)), "unknown");
  return all;
}

TEST(Names, OfTheFailureChapter) {
  using Names = std::vector<std::string_view>;
  EXPECT_EQ(names(FailureClass::fatal), (Names{"duplicate", "transient", "unavailable", "permanent", "fatal"}));
  EXPECT_EQ(names(ParkReason::follower), (Names{"failed", "undecodable", "overflow", "follower"}));
  EXPECT_EQ(names(BreakerRecord::State::disabled), (Names{"closed", "open", "half_open", "forced_open", "disabled"}));
}

}  // namespace
}  // namespace leftfold
