// SPDX-License-Identifier: Apache-2.0
// Which version of each aggregate a projector has come to, for feeds that may bring an event twice, early or late.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <leftfold/read_model.h>

namespace leftfold::inline v0 {
struct RecordedEvent;
}

namespace leftfold::inline v0::detail {

/// Versions that never came although later ones were parked: both ends belong to it.
struct MissingRange {
  Version from;
  Version to;
};
using MissingRanges = std::vector<MissingRange>;

[[nodiscard]] bool contains(const MissingRanges& ranges, Version version);

/// Where the gate keeps what it knows. One thread.
class VersionRows {
 public:
  virtual ~VersionRows() = default;
  [[nodiscard]] virtual std::optional<Version> reached(std::string_view aggregate) const = 0;
  [[nodiscard]] virtual MissingRanges missing(std::string_view aggregate) const = 0;
  virtual void set_reached(std::string_view aggregate, Version version) = 0;
  virtual void set_missing(std::string_view aggregate, const MissingRanges& ranges) = 0;
  /// True when an aggregate may begin with any version, because what came before is not in the feed for the projector.
  [[nodiscard]] virtual bool begins_anywhere() const = 0;
};

/// What is to be done with an event, by its version: all events of the aggregate up to the one reached were decided
/// about, each once; parked ones too. For one run of events, whose effect and rows become durable together.
class VersionGate {
 public:
  enum class Turn {
    next,      // handle it
    repeated,  // it was decided about
    early,     // one before it did not come yet
    late,      // it was missing, and later ones were parked because of it
  };

  explicit VersionGate(VersionRows& rows) : rows_{rows} {}

  [[nodiscard]] Turn turn_of(const RecordedEvent& event);
  /// The version before the first one that is missing in front of an early event; none() when that is the first.
  [[nodiscard]] Version reached(const RecordedEvent& event);
  /// The event, whose turn it is, was decided about: handled, passed, skipped, or `parked`. Parking an early one makes
  /// those before it missing; parking a late one leaves it so, until it is handled: those behind it in the sequence
  /// must not go first.
  void finish(const RecordedEvent& event, Turn turn, bool parked);
  /// How many rows save() will write at most.
  [[nodiscard]] std::size_t pending() const noexcept { return pending_; }
  /// Hands everything to the rows.
  void save();

 private:
  struct Known {
    std::optional<Version> reached;
    MissingRanges missing;
    bool missing_known = false;
    bool changed = false;
    bool missing_changed = false;
  };
  [[nodiscard]] Known& known(std::string_view aggregate);
  [[nodiscard]] MissingRanges& missing(std::string_view aggregate, Known& known);
  void change_missing(Known& known);

  VersionRows& rows_;
  std::map<std::string, Known, std::less<>> known_;
  std::size_t pending_ = 0;
};

/// In the read model, beside the projector's other rows: begin() and commit() are the caller's.
class ReadModelVersions final : public VersionRows {
 public:
  ReadModelVersions(ReadModelTransaction& transaction, std::string_view projector);

  [[nodiscard]] std::optional<Version> reached(std::string_view aggregate) const override;
  [[nodiscard]] MissingRanges missing(std::string_view aggregate) const override;
  void set_reached(std::string_view aggregate, Version version) override;
  void set_missing(std::string_view aggregate, const MissingRanges& ranges) override;
  [[nodiscard]] bool begins_anywhere() const override;

  /// reached() will be asked for these.
  void expect(std::span<const std::string_view> aggregates) const;
  /// From now on begins_anywhere().
  void begin_anywhere();
  /// The projector begins anew: forgets everything.
  void reset();

 private:
  ReadModelTransaction& transaction_;
  const std::string reached_;  // names of projectors that do not exist, under which the rows are kept
  const std::string missing_;  // a row a range: aggregate, NUL, its first version
};

/// In memory, for projectors whose tables are there.
class MemoryVersions final : public VersionRows {
 public:
  [[nodiscard]] std::optional<Version> reached(std::string_view aggregate) const override;
  [[nodiscard]] MissingRanges missing(std::string_view aggregate) const override;
  void set_reached(std::string_view aggregate, Version version) override;
  void set_missing(std::string_view aggregate, const MissingRanges& ranges) override;
  [[nodiscard]] bool begins_anywhere() const override { return anywhere_; }
  void begin_anywhere() noexcept { anywhere_ = true; }

 private:
  bool anywhere_ = false;
  std::map<std::string, Version, std::less<>> reached_;
  std::map<std::string, MissingRanges, std::less<>> missing_;
};

}  // namespace leftfold::inline v0::detail
