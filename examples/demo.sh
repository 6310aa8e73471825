#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the examples on real input: examples/demo.sh BUILD_FOLDER [DATA_FOLDER] [GIT_REPOSITORY]
# Data goes to ./leftfold-demo unless another folder is given; run again, it continues. Exit: 0 all totals were right.
set -euo pipefail

build=${1:?give the build folder, such as build/demo}
data=${2:-leftfold-demo}
repository=${3:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
programs=$(cd "$build/examples" && pwd)
mkdir -p "$data"
data=$(cd "$data" && pwd)

heading() { printf '\n=== %s\n\n' "$1"; }

heading "A shop: commands from several threads, a read table, receipts"
"$programs/shop" --store "sqlite:$data/shop.db" simulate

heading "When a handler fails: retries, dead letters, a circuit breaker"
rm -f "$data"/failures.db*
"$programs/failures" --store "sqlite:$data/failures.db" tell

heading "A git repository as events: one aggregate a file"
if git -C "$repository" rev-parse --verify --quiet HEAD > /dev/null 2>&1; then
  "$programs/git_history" --store "sqlite:$data/git_history.db" import "$repository"
else
  echo "$repository has no git history to read; give a repository: examples/demo.sh $build $data PATH"
fi

heading "Where to go on"
echo "Run this again: it continues. Everything is in $data."
echo "The programs are in $programs; put it on your PATH to use the commands above as they stand."
echo "Write your own: docs/getting-started.md"
