// SPDX-License-Identifier: Apache-2.0
// StubTable: a table to read, made from events. Rows and how far it is are stored together: each event counts once.
#pragma once

#include <cstdint>
#include <string>

#include <leftfold/metadata.h>
#include <leftfold/projector.h>
#include <leftfold/read_table.h>

#include "stub_thing.h"

struct StubTableRow {
  std::int64_t events = 0;
  std::int64_t a_field = 0;  // [field]
};

struct StubTable : leftfold::Projector<StubThingEvents> {
  explicit StubTable(leftfold::ReadTables& tables) : table{tables, "stub_table"} {}
  leftfold::ReadTables& read_model() { return table.tables(); }

  void reset() { table.clear(); }
  // [event]
  void on(const StubThingCreated&, const leftfold::EventMetadata& meta) {
    table.add(meta.aggregate_id, &StubTableRow::events, 1);
  }
  // [/event]

  leftfold::ReadTable<StubTableRow> table;
};
