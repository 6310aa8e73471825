// SPDX-License-Identifier: Apache-2.0
// A process that ends by itself is started again only when a service manager's restart is what it asks for.
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include <leftfold/clock.h>

#include "base/sleep.h"
#include "chaos/service.h"
#include "chaos/timeline.h"
#include "support/temporary_folder.h"

namespace leftfold::test_chaos {
namespace {

struct ChaosService : ::testing::Test {
  // The first process runs `script`, the ones after it wait for their end.
  [[nodiscard]] Service service(const std::string& script) {
    return Service{
        "one",
        [this, script, starts = 0]() mutable {
          return std::make_unique<test_support::ChildProcess>(test_support::ChildProcess::Start{
              .program = "/bin/sh",
              .arguments = {"-c", starts++ == 0 ? script : "trap 'exit 0' TERM; while :; do sleep 0.05; done"},
              .log = folder.path() / "log"});
        },
        timeline};
  }
  /// Looks until it was started again. Throws as look().
  static void look_until_restarted(Service& service) {
    while (service.gave_up() == 0) {
      service.look();
      base::sleep_for(system_clock(), std::chrono::milliseconds{5});
    }
  }
  test_support::TemporaryFolder folder;
  Timeline timeline{system_clock()};
};

TEST_F(ChaosService, StartsAgainWhatGaveUpForAServerOrAnotherProcess) {
  for (const int code : {4, 5, 6}) {
    Service one = service("exit " + std::to_string(code));
    EXPECT_NO_THROW(look_until_restarted(one)) << code;
    EXPECT_EQ(one.gave_up(), 1U);
  }
}

TEST_F(ChaosService, SeesAnEndThatNoRestartExcuses) {
  for (const std::string end : {"exit 0", "exit 1", "exit 2", "exit 3", "exit 7", "exit 70", "kill -SEGV $$"}) {
    Service one = service(end);
    EXPECT_THROW(look_until_restarted(one), std::runtime_error) << end;
  }
}

TEST_F(ChaosService, EndsAProcessThatIsNotUpYetOnlyWhenItHearsSigterm) {
  Service one = service("sleep 0.5; trap 'exit 0' TERM; while :; do sleep 0.05; done");
  EXPECT_FALSE(one.hears());
  EXPECT_NO_THROW(one.stop());
}

}  // namespace
}  // namespace leftfold::test_chaos
