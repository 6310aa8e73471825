// SPDX-License-Identifier: Apache-2.0
// The command store init: makes a store ready before the first program needs it.
#include <string>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/rows.h"
#include "cli/store_side.h"

namespace leftfold::inline v0::cli {

int init_store(Context& context) {
  constexpr std::string_view kStore = "--store";
  StoreSide side = side_of(context, kStore);
  bool was_there = true;
  try {
    open_side(side, context, kStore, SqliteOptions::Mode::read_only);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    was_there = false;
  }
  open_side(side, context, kStore, SqliteOptions::Mode::read_write);  // also brings an older format up to date
  Rows rows{context, "stores", {{"STORE"}, {"RESULT"}}};
  const std::string result = was_there ? "was there" : "made";
  rows.add({side.name, result}, JsonObject{}.text("store", side.name).boolean("made", !was_there));
  rows.finish();
  hint(context, "what it holds: " + context.program.name + " --store " + side.name + " store status");
  return kSuccess;
}

}  // namespace leftfold::inline v0::cli
