// SPDX-License-Identifier: Apache-2.0
// Prints every case of every conformance suite, "PORT<tab>CASE" a line: what scripts/conformance looks for in results.
#include <algorithm>
#include <cstdio>
#include <vector>

#include <leftfold/testing/breaker_store_suite.h>
#include <leftfold/testing/control_suite.h>
#include <leftfold/testing/cursor_suite.h>
#include <leftfold/testing/dead_letter_suite.h>
#include <leftfold/testing/event_feed_suite.h>
#include <leftfold/testing/event_import_suite.h>
#include <leftfold/testing/event_sink_suite.h>
#include <leftfold/testing/event_store_suite.h>
#include <leftfold/testing/lease_suite.h>
#include <leftfold/testing/read_model_suite.h>
#include <leftfold/testing/read_tables_suite.h>
#include <leftfold/testing/shadow_tables_suite.h>
#include <leftfold/testing/snapshot_suite.h>

namespace {

using Cases = std::vector<leftfold::testing::Case>;

/// `more` holds what the suite has with other options only.
void print(const char* port, Cases cases, const Cases& more = {}) {
  for (const leftfold::testing::Case& each : more) {
    const auto same = [&](const leftfold::testing::Case& other) { return other.name == each.name; };
    if (std::none_of(cases.begin(), cases.end(), same)) cases.push_back(each);
  }
  for (const leftfold::testing::Case& each : cases) std::printf("%s\t%s\n", port, each.name.c_str());
}

}  // namespace

// Suites make their cases without calling what makes the place.
int main() {
  using namespace leftfold::testing;
  print("EventStore", event_store_suite({}), event_store_suite({}, {.reads_all = false, .keeps_json_text = false}));
  print("EventImport", event_import_suite({}), event_import_suite({}, {.reads_all = false, .keeps_json_text = false}));
  print("EventFeed", event_feed_suite({}), event_feed_suite({}, {.keeps_owner = false}));
  print("EventSink", event_sink_suite({}, {.can_be_cut = true}), event_sink_suite({}, {.recognises_repeats = false}));
  print("SnapshotStore", snapshot_suite({}));
  print("DeadLetterStore", dead_letter_suite({}));
  print("ControlStore", control_suite({}));
  print("BreakerStore", breaker_store_suite({}));
  print("CursorStore", cursor_suite({}));
  print("LeaseStore", lease_suite({}));
  print("ReadModel", read_model_suite({}));
  print("ReadTables", read_tables_suite({}), read_tables_suite({}, {.others_read_meanwhile = false}));
  print("ShadowTables", shadow_tables_suite({}));
}
