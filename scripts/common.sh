# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: the checkout's root, messages, quiet builds.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# One compiler cache for every checkout of this machine: what lies below the root is named relative to it.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1

say() { printf '== %s\n' "$*"; }
fail() { printf '%s: %s\n' "scripts/${0##*/}" "$*" >&2; exit 1; }

# build PRESET [--options for cmake's configure step...] [-- TARGET...]: configures and builds, one progress line on a
# terminal, everything else in build/PRESET.log, whose end is shown when the build fails.
build() {
  local preset=$1 options=() started=$SECONDS
  shift
  while (($#)) && [[ $1 != -- ]]; do options+=("$1"); shift; done
  (($#)) && shift
  local log="$root/build/$preset.log" targets=()
  (($#)) && targets=(--target "$@")
  mkdir -p "$root/build"
  printf '== building preset %s (log: %s)\n' "$preset" "build/$preset.log"
  if ! { cmake --preset "$preset" "${options[@]}" && cmake --build --preset "$preset" "${targets[@]}"; } 2>&1 </dev/null |
      tee "$log" | progress; then
    { sed -n '/^FAILED:\|^CMake Error/,$p' "$log" | grep . || tail -n 30 "$log"; } | head -n 60 >&2
    fail "preset $preset does not build; everything is in build/$preset.log"
  fi
  printf '== built %s in %d s\n' "$preset" $((SECONDS - started))
}

# Shows ninja's [done/all] counter in place; nothing when stdout is not a terminal.
progress() {
  if [[ -t 1 ]]; then
    awk '/^\[[0-9]+\/[0-9]+\]/ { printf "\r%-20s", $1; fflush() } END { printf "\r%-20s\r", "" }'
  else
    cat >/dev/null
  fi
}

# cpp_files [--all | FILE...]: the C++ files named, all of the project's, or those that differ from the last commit.
# Files of tests/compile_fail are wrong on purpose and left out.
cpp_files() {
  local patterns=('*.h' '*.cc')
  case ${1-} in
    '') { git diff --name-only --diff-filter=d HEAD -- "${patterns[@]}"
          git ls-files --others --exclude-standard -- "${patterns[@]}"; } ;;
    --all) git ls-files --cached --others --exclude-standard -- "${patterns[@]}" ;;
    *) printf '%s\n' "$@" ;;
  esac | grep -v '^tests/compile_fail/' | while read -r file; do [[ -f $file ]] && echo "$file"; done | sort -u || true
}
