// SPDX-License-Identifier: Apache-2.0
// leftfold_chaos --seed N --minutes M: the whole of leftfold under fire, and a verdict. Exit: 0 everything holds, 1
// not, 2 usage. scripts/chaos starts it with servers of its own.
#include <chrono>
#include <cstdint>
#include <exception>
#include <iostream>
#include <random>
#include <span>
#include <stdexcept>
#include <string>

#include <leftfold/clock.h>

#include "chaos/drain.h"
#include "chaos/storm.h"
#include "chaos/timeline.h"
#include "chaos/world.h"

namespace leftfold::test_chaos {
namespace {

struct Usage : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Options {
  std::uint64_t seed = std::random_device{}();
  double minutes = 1;
};

Options read(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string name = arguments[i];
    if (i + 1 == arguments.size()) throw Usage{name + " needs a number"};
    std::size_t end = 0;
    const std::string value = arguments[i + 1];
    try {
      if (name == "--seed") options.seed = std::stoull(value, &end);
      else if (name == "--minutes") options.minutes = std::stod(value, &end);
      else throw Usage{"unknown argument " + name};
    } catch (const std::logic_error&) {
      end = 0;
    }
    if (end != value.size() || options.minutes <= 0) throw Usage{name + " is no number: " + value};
  }
  return options;
}

int run(const Options& options) {
  std::cout << "chaos: seed " << options.seed << ", " << options.minutes
            << " minutes; repeat it with scripts/chaos --seed " << options.seed << " --minutes " << options.minutes
            << "\n"
            << (NetworkCuts::allowed() ? "" : "no network cuts: this process has no network of its own\n") << std::endl;
  const Timeline timeline{system_clock()};
  WorldOptions shape;
  shape.seed = options.seed;
  World world{shape, timeline};
  timeline.say("files are in " + world.folder().string());
  try {
    Storm storm{world, timeline, options.seed};
    const std::chrono::duration<double, std::ratio<60>> minutes{options.minutes};
    storm.rage(system_clock().instant() + std::chrono::duration_cast<Instant::duration>(minutes));
    timeline.say("heal: every trouble ends, and nobody writes any more");
    storm.heal();
    world.mend(true);
    world.stop_writers();
    drain(world, timeline);
    world.stop_all();
    std::cout << '\n' << judge(world, storm.counts());
  } catch (const std::exception& problem) {
    world.table().keep_files();
    std::cout << "\nWRONG: " << problem.what() << "\n\nseed " << options.seed
              << "; the history, the logs and the commands are in " << world.folder().string() << std::endl;
    return 1;
  }
  std::cout << "\nverdict: everything holds (seed " << options.seed << ")" << std::endl;
  return 0;
}

}  // namespace
}  // namespace leftfold::test_chaos

int main(int argc, char** argv) {
  try {
    return leftfold::test_chaos::run(leftfold::test_chaos::read({argv + 1, static_cast<std::size_t>(argc - 1)}));
  } catch (const leftfold::test_chaos::Usage& problem) {
    std::cerr << "leftfold_chaos: " << problem.what() << "\nusage: leftfold_chaos [--seed N] [--minutes M]\n";
    return 2;
  } catch (const std::exception& problem) {
    std::cerr << "leftfold_chaos: " << problem.what() << '\n';
    return 1;
  }
}
