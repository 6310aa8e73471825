#include <leftfold/cli.h>

#include <cstdio>

#include "cli/exit_code.h"
#include "cli/program.h"

namespace leftfold::cli {

int run(int argc, const char* const* argv, App& app) noexcept {
  try {
    const std::vector<std::string> arguments{argv + (argc > 0 ? 1 : 0), argv + argc};
    Program program{app.name(), app.settings(), &app};
    return run_program(program, arguments);
  } catch (const std::exception& error) {  // no memory for the arguments
    std::fprintf(stderr, "error[internal]: %s\n", error.what());
    return kBug;
  }
}

}  // namespace leftfold::cli
