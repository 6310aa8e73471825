// SPDX-License-Identifier: Apache-2.0
// The program of generation 2, for market.test.
#include "evolution/market_v2.h"

#include <leftfold/cli.h>

int main(int argc, char** argv) {
  leftfold::App app{"market"};
  market_v2::register_in(app);
  app.command("write", "write this generation's part of the history",
              [](leftfold::App& own, std::span<const std::string>, const std::stop_token&) {
                market_v2::write_history(own.repository<market_v2::Order>());
                return 0;
              });
  return leftfold::cli::run(argc, argv, app);
}
