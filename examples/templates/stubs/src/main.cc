// SPDX-License-Identifier: Apache-2.0
// The stubs of `lfold new` as they are, registered as lfold says: they compile, and that is all.
#include <leftfold/app.h>
#include <leftfold/cli.h>

#include "stub_effect.h"
#include "stub_event.h"
#include "stub_table.h"
#include "stub_thing.h"

static_assert(leftfold::event_name<StubEvent>() == "StubEvent");

int main(int argc, char** argv) {
  leftfold::App app{"stubs_app"};
  app.aggregate<StubThing>();
  app.projector<StubTable>(app.read_tables());
  app.listener<StubEffect>();
  return leftfold::cli::run(argc, argv, app);
}
