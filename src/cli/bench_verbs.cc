// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include "cli/commands.h"
#include "cli/verb_groups.h"

namespace leftfold::inline v0::cli {
namespace {

constexpr std::array<Flag, 6> kBench{{
    {"--writers", "", "N", "threads, each waiting for its own call; 4 without it", false, ""},
    {"--events", "", "N", "append: end after so many; load and read: so many are stored to be read", false, ""},
    {"--bytes", "", "N", "of each payload; 200 without it", false, ""},
    {"--seconds", "", "S", "measure so long at most; 5 without it", false, ""},
    {"--dir", "", "DIR", "where the temporary store lies: the disk that is measured; else the current folder", false,
     ""},
    {"--write", "", "", "measure the store of the settings and leave the events there", false, ""},
}};

constexpr std::array<Verb, 3> kVerbs{{
    {"bench append", bench_append, "", "how many events a second this machine stores, beside its disk's raw limit",
     "bench append --writers 8 --seconds 10", kBench, 0,
     "Without --write in a temporary SQLite file, which is removed at the end, also after Ctrl-C; the raw limit is "
     "the\n"
     "same bytes by the same threads written to a file and made durable with fdatasync, many in one go. It is the\n"
     "figure of this machine at this time.\n",
     0, Needs::settings},
    {"bench load", bench_load, "", "how many events a second come out of streams of 100", "bench load --events 50000",
     kBench, 0, "Undecoded, and from the page cache of the system. See bench append.\n", 0, Needs::settings},
    {"bench read", bench_read, "", "how many events a second come in the store's order, in pages of 1000",
     "bench read --events 50000", kBench, 0, "Undecoded, and from the page cache of the system. See bench append.\n", 0,
     Needs::settings},
}};

}  // namespace

std::span<const Verb> bench_verbs() noexcept { return kVerbs; }

}  // namespace leftfold::inline v0::cli
