// SPDX-License-Identifier: Apache-2.0
#include <leftfold/testing/given.h>

#include <gtest/gtest.h>

#include <map>
#include <optional>

namespace wallets {

// [domain]
struct MoneyPaidIn {
  std::string currency;
  int amount = 0;
  std::optional<std::string> note;
};
struct MoneyPaidOut {
  std::string currency;
  int amount = 0;
};
struct WalletClosed {};
using WalletEvents = leftfold::Events<MoneyPaidIn, MoneyPaidOut, WalletClosed>;

struct NotEnoughMoney : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct WalletState {
  std::map<std::string, int> balance;
  void apply(const MoneyPaidIn& e) { balance[e.currency] += e.amount; }
  void apply(const MoneyPaidOut& e) { balance[e.currency] -= e.amount; }
  void apply(const WalletClosed&) { balance.clear(); }
};

class Wallet : public leftfold::AggregateRoot<WalletState, WalletEvents> {
 public:
  using AggregateRoot::AggregateRoot;
  void pay_in(std::string currency, int amount) { create_event(MoneyPaidIn{std::move(currency), amount, {}}); }
  void pay_out(std::string currency, int amount) {
    const auto found = state().balance.find(currency);
    if (found == state().balance.end() || found->second < amount) throw NotEnoughMoney{"not enough " + currency};
    create_event(MoneyPaidOut{std::move(currency), amount});
  }
  void close() {
    for (const auto& [currency, amount] : std::map{state().balance}) {
      if (amount > 0) pay_out(currency, amount);
    }
    create_event(WalletClosed{});
  }
};
// [/domain]

namespace {

using leftfold::testing::ExpectationFailed;
using leftfold::testing::given;

// Runs a test that must fail; its message.
template <class F>
std::string failure_of(F&& test) {
  try {
    test();
  } catch (const ExpectationFailed& failed) {
    return failed.message();
  }
  return "(it did not fail)";
}

// [given]
TEST(Wallet, PaysOutWhatIsThere) {
  given<Wallet>(MoneyPaidIn{"EUR", 10, {}})
      .when([](Wallet& wallet) { wallet.pay_out("EUR", 4); })
      .then(MoneyPaidOut{"EUR", 4});
}

TEST(Wallet, DoesNotPayOutMoreThanThereIs) {
  given<Wallet>(MoneyPaidIn{"EUR", 10, {}})
      .when([](Wallet& wallet) { wallet.pay_out("EUR", 11); })
      .then_throws<NotEnoughMoney>("EUR");
}

TEST(Wallet, PaysOutEverythingWhenItCloses) {
  given<Wallet>()
      .when([](Wallet& wallet) { wallet.pay_in("EUR", 1); })
      .when([](Wallet& wallet) { wallet.pay_in("CHF", 2); })
      .then(MoneyPaidIn{"EUR", 1, {}}, MoneyPaidIn{"CHF", 2, {}})
      .when([](Wallet& wallet) { wallet.close(); })
      .then(MoneyPaidOut{"CHF", 2}, MoneyPaidOut{"EUR", 1}, WalletClosed{})
      .then_state([](const WalletState& state) { return state.balance.empty(); });
}
// [/given]

TEST(Given, ShowsTheFieldThatDiffers) {
  EXPECT_EQ(failure_of(
                [] { given<Wallet>().when([](Wallet& w) { w.pay_in("EUR", 5); }).then(MoneyPaidIn{"EUR", 6, "tip"}); }),
            "Wallet created other events than expected (- expected, + created):\n"
            "  0 MoneyPaidIn\n"
            "      currency: \"EUR\"\n"
            "-     amount: 6\n"
            "+     amount: 5\n"
            "-     note: \"tip\"\n"
            "+     note: null");
}

TEST(Given, ShowsWhichEventIsMissingAndWhichIsTooMany) {
  EXPECT_EQ(failure_of([] {
              given<Wallet>(MoneyPaidIn{"EUR", 5, {}}, MoneyPaidIn{"USD", 7, {}})
                  .when([](Wallet& w) { w.close(); })
                  .then(MoneyPaidOut{"CHF", 1}, MoneyPaidOut{"EUR", 5}, WalletClosed{});
            }),
            "Wallet created other events than expected (- expected, + created):\n"
            "- 0 MoneyPaidOut\n"
            "-     currency: \"CHF\"\n"
            "-     amount: 1\n"
            "  0 MoneyPaidOut\n"
            "      currency: \"EUR\"\n"
            "      amount: 5\n"
            "+ 1 MoneyPaidOut\n"
            "+     currency: \"USD\"\n"
            "+     amount: 7\n"
            "  2 WalletClosed");
}

TEST(Given, ShowsAnotherEventInItsPlace) {
  EXPECT_EQ(failure_of([] { given<Wallet>().when([](Wallet& w) { w.pay_in("EUR", 5); }).then(WalletClosed{}); }),
            "Wallet created other events than expected (- expected, + created):\n"
            "- 0 WalletClosed\n"
            "+ 0 MoneyPaidIn\n"
            "+     currency: \"EUR\"\n"
            "+     amount: 5\n"
            "+     note: null");
}

TEST(Given, TellsTheOrderApart) {
  EXPECT_EQ(failure_of([] {
              given<Wallet>()
                  .when([](Wallet& w) {
                    w.pay_in("EUR", 1);
                    w.close();
                  })
                  .then(MoneyPaidIn{"EUR", 1, {}}, WalletClosed{}, MoneyPaidOut{"EUR", 1});
            }),
            "Wallet created other events than expected (- expected, + created):\n"
            "  0 MoneyPaidIn\n"
            "      currency: \"EUR\"\n"
            "      amount: 1\n"
            "      note: null\n"
            "- 1 WalletClosed\n"
            "  1 MoneyPaidOut\n"
            "      currency: \"EUR\"\n"
            "      amount: 1\n"
            "+ 2 WalletClosed");
}

TEST(Given, ShowsWhatWasExpectedOfACommandThatDidNothing) {
  EXPECT_EQ(failure_of([] { given<Wallet>().when([](Wallet&) {}).then(WalletClosed{}); }),
            "Wallet created no event; these were expected:\n- 0 WalletClosed");
}

TEST(Given, ThenNothingHoldsWhenNothingWasCreated) {
  given<Wallet>().when([](Wallet&) {}).then_nothing();
}

TEST(Given, ShowsWhatACommandCreatedThatShouldDoNothing) {
  EXPECT_EQ(failure_of([] { given<Wallet>().when([](Wallet& w) { w.close(); }).then_nothing(); }),
            "Wallet created events, and none was expected:\n+ 0 WalletClosed");
}

TEST(Given, ShowsWhatACommandThrewInsteadOfItsEvents) {
  const std::string expected = "Wallet: the command threw wallets::NotEnoughMoney: not enough EUR\n  expected: ";
  const auto pay_out = [](Wallet& w) { w.pay_out("EUR", 1); };
  EXPECT_EQ(failure_of([&] { given<Wallet>().when(pay_out).then(WalletClosed{}); }), expected + "these events");
  EXPECT_EQ(failure_of([&] { given<Wallet>().when(pay_out).then_nothing(); }), expected + "nothing");
  EXPECT_EQ(failure_of([&] { given<Wallet>().when(pay_out).then_throws<std::logic_error>(); }),
            expected + "std::logic_error");
  EXPECT_EQ(failure_of([&] { given<Wallet>().when(pay_out).then_state([](const WalletState&) { return true; }); }),
            expected + "a state");
  EXPECT_EQ(failure_of([&] { (void)given<Wallet>().when(pay_out).when(pay_out); }), expected + "the next when()");
}

TEST(Given, ThenThrowsTakesABaseClassAndThingsThatAreNoExceptions) {
  given<Wallet>().when([](Wallet& w) { w.pay_out("EUR", 1); }).then_throws<std::exception>();
  given<Wallet>().when([](Wallet&) { throw 42; }).then_throws<int>();
}

TEST(Given, ShowsAnotherMessage) {
  EXPECT_EQ(failure_of([] {
              given<Wallet>().when([](Wallet& w) { w.pay_out("EUR", 1); }).then_throws<NotEnoughMoney>("CHF");
            }),
            "Wallet: the command threw with the message \"not enough EUR\"\n"
            "  expected a message that contains \"CHF\"");
}

TEST(Given, ShowsWhatWasCreatedInsteadOfThrowing) {
  EXPECT_EQ(failure_of([] { given<Wallet>().when([](Wallet& w) { w.close(); }).then_throws<NotEnoughMoney>(); }),
            "Wallet: expected that the command throws wallets::NotEnoughMoney, but it created:\n+ 0 WalletClosed");
  EXPECT_EQ(failure_of([] { given<Wallet>().when([](Wallet&) {}).then_throws<NotEnoughMoney>(); }),
            "Wallet: expected that the command throws wallets::NotEnoughMoney, but it created no event and threw "
            "nothing");
}

TEST(Given, DropsTheEventsOfACommandThatThrew) {
  given<Wallet>(MoneyPaidIn{"EUR", 1, {}})
      .when([](Wallet& w) { w.pay_in("EUR", 2); })
      .when([](Wallet& w) {
        w.pay_in("EUR", 100);
        w.pay_out("CHF", 1);
      })
      .then_throws<NotEnoughMoney>()
      .then_state([](const WalletState& s) { return s.balance.at("EUR") == 3; })
      .then(MoneyPaidIn{"EUR", 2, {}})
      .when([](Wallet& w) { w.pay_out("EUR", 3); })
      .then(MoneyPaidOut{"EUR", 3});
}

TEST(Given, ShowsTheStateThatIsNotAsExpected) {
  EXPECT_EQ(
      failure_of([] {
        given<Wallet>(MoneyPaidIn{"EUR", 1, {}}).then_state([](const WalletState& s) { return s.balance.empty(); });
      }),
      "Wallet: the state is not as expected: {\"balance\":{\"EUR\":1}}");
}

TEST(Given, SaysWhereTheTestIs) {
  const auto here = std::source_location::current();
  try {
    given<Wallet>().when([](Wallet&) {}).then(WalletClosed{});
    FAIL() << "it did not fail";
  } catch (const ExpectationFailed& failed) {
    EXPECT_STREQ(failed.where().file_name(), here.file_name());
    EXPECT_EQ(failed.where().line(), here.line() + 2);
    EXPECT_NE(std::string{failed.what()}.find(std::to_string(here.line() + 2)), std::string::npos);
  }
}

}  // namespace
}  // namespace wallets
