// SPDX-License-Identifier: Apache-2.0
#include <leftfold/cli.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/program.h"

namespace leftfold::inline v0::cli {
namespace {

/// `make` gives the program; what it and the copy of the arguments throw is lack of memory.
template <class Make>
int run_any(int argc, const char* const* argv, Make make) noexcept {
  try {
    const std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
    return make([&](Program program) { return run_program(program, arguments); });
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error[internal]: %s\n", error.what());
    return kBug;
  }
}

}  // namespace

int run(int argc, const char* const* argv, App& app) noexcept {
  return run_any(argc, argv, [&app](auto with) { return with(Program{app.name(), app.settings(), &app, nullptr}); });
}

int run_lfold(int argc, const char* const* argv) noexcept {
  return run_any(argc, argv, [](auto with) {
    App app{"lfold"};
    return with(Program{"lfold", app.settings(), nullptr, &app});
  });
}

}  // namespace leftfold::inline v0::cli
