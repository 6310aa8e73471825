// SPDX-License-Identifier: Apache-2.0
#include <leftfold/history.h>

#include <algorithm>
#include <string>
#include <utility>

#include <leftfold/error.h>
#include <leftfold/repository.h>

#include "core/in_quotes.h"
#include "core/place.h"

namespace leftfold::inline v0 {

class History::Impl {
 public:
  Impl(EventStore& store, const RepositoryOptions& options, const detail::AggregateOps& ops, std::string_view id,
       std::shared_ptr<void> root, const HistoryRange& range)
      : store_{store}, options_{options}, ops_{ops}, id_{id}, root_{std::move(root)}, range_{range} {
    range_.from = std::max(range_.from, Version{0});
  }

  std::optional<HistoryStep> next() {
    if (broken_) {
      throw Error{Errc::invalid_argument, "history of " + detail::in_quotes(id_) +
                                              ": the call before failed, so the state is unknown; begin anew"};
    }
    broken_ = true;
    auto step = make_step();
    broken_ = false;
    return step;
  }

 private:
  std::optional<HistoryStep> make_step() {
    if (!begun_) begin();
    if (ended_ || !fill()) return std::nullopt;
    const RecordedEvent& event = page_[place_];
    if ((range_.to && event.version > *range_.to) || (range_.until && event.committed_at > *range_.until)) {
      return end();
    }
    detail::check_follows(event, id_, next_);
    if (!detail::restore_note(ops_, root_.get(), event)) ops_.apply(root_.get(), event);
    HistoryStep step{EventCopy{event}, state(), {}};
    step.changes = json::differences(state_, step.state);
    state_ = step.state;
    next_ = next_.next();
    ++place_;
    return step;
  }

  /// Folds what comes before the range.
  void begin() {
    const Version before{range_.from.value() - 1};
    if (before != Version::none()) {
      detail::load(store_, options_, ops_, id_, root_.get(), {.version = before, .time = range_.until});
      ended_ = ops_.version(root_.get()) != before;
    }
    state_ = state();
    next_ = range_.from;
    begun_ = true;
  }

  /// Reads the next page when this one is used up. False at the end.
  bool fill() {
    if (place_ < page_.size()) return true;
    if (!last_page_) {
      page_ = store_.read_stream(id_, next_, std::max<std::size_t>(options_.page_events, 1));
      place_ = 0;
      last_page_ = page_.at_end() || page_.empty();
    }
    if (place_ < page_.size()) return true;
    (void)end();
    return false;
  }

  std::nullopt_t end() {
    ended_ = true;
    page_ = {};
    place_ = 0;
    return std::nullopt;
  }

  std::string state() const {
    std::string text;
    ops_.codec->write(root_.get(), text);
    return text;
  }

  EventStore& store_;
  const RepositoryOptions options_;
  const detail::AggregateOps& ops_;
  const std::string id_;
  const std::shared_ptr<void> root_;
  HistoryRange range_;
  bool begun_ = false;
  bool broken_ = false;  // an exception came in between
  bool ended_ = false;
  bool last_page_ = false;
  EventPage page_;
  std::size_t place_ = 0;
  Version next_;
  std::string state_;  // before the next event
};

History::History(EventStore& store, const RepositoryOptions& options, const detail::AggregateOps& ops,
                 std::string_view id, std::shared_ptr<void> root, const HistoryRange& range)
    : impl_{std::make_unique<Impl>(store, options, ops, id, std::move(root), range)} {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

std::optional<HistoryStep> History::next() { return impl_->next(); }

}  // namespace leftfold::inline v0
