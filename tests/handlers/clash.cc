// SPDX-License-Identifier: Apache-2.0
// A library whose last name is taken already in programs that have a listener PackParcel.
#include <leftfold/handler_library.h>
#include <leftfold/leftfold.h>

struct ParcelPacked {};
struct ParcelState {
  void apply(const ParcelPacked&) {}
};
using ParcelEvents = leftfold::Events<ParcelPacked>;
struct Parcel : leftfold::AggregateRoot<ParcelState, ParcelEvents> {
  using AggregateRoot::AggregateRoot;
};
struct CountParcels : leftfold::Projector<ParcelEvents> {
  void on(const ParcelPacked&) { ++packed; }
  void reset() { packed = 0; }
  int packed = 0;
};
struct PackParcel : leftfold::Listener<ParcelEvents> {
  void on(const ParcelPacked&) {}
};

extern "C" leftfold::HandlerLibrary leftfold_handlers() {
  return leftfold::handler_library("clash", [](leftfold::App& app) {
    app.aggregate<Parcel>();
    app.projector<CountParcels>();
    app.command("parcels", "how many", [](auto&, auto, const auto&) { return 0; });
    app.listener<PackParcel>();
  });
}
