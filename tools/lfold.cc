// SPDX-License-Identifier: Apache-2.0
// lfold: looks into any leftfold store, without a program's own code.
#include <leftfold/cli.h>

int main(int argc, char** argv) { return leftfold::cli::run_lfold(argc, argv); }
