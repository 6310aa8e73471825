// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/shard_reader.h"

#include <utility>

#include <leftfold/error.h>

namespace leftfold::inline v0::dynamodb {
namespace {

// An iterator lasts 15 minutes; one that expires right after it was made is not going to get better.
constexpr int kMostIterators = 3;

bool is_expired(const Error& error) { return is_refusal(error, "ExpiredIteratorException"); }

}  // namespace

ChangePage StreamShardReader::read(std::size_t max) {
  if (end_ != ChangePage::End::none) return ended(end_);
  try {
    return next(max);
  } catch (const Error& e) {
    if (is_refusal(e, "TrimmedDataAccessException")) return ended(ChangePage::End::trimmed);
    if (e.code() == Errc::not_found) return ended(ChangePage::End::gone);
    if (is_expired(e)) throw Error{Errc::unavailable, e.what()};
    if (e.code() != Errc::invalid_argument) throw;
    if (!begun_ && !after_.empty()) {
      streams_.options().log->log(LogLevel::error, "publisher",
                                  "the place of a shard is none in it; what followed it counts as missed",
                                  {{"shard", shard_}, {"after", after_}, {"cause", e.what()}});
      return ended(ChangePage::End::trimmed);
    }
    throw Error{Errc::invalid_data, "shard " + shard_ + ", after the sequence number \"" + after_ + "\": " + e.what() +
                                        "; see whether stream and shard are the table's own (stream " + stream_ + ")"};
  }
}

ChangePage StreamShardReader::next(std::size_t max) {
  for (int iterators = 0;; ++iterators) {
    if (iterator_.empty()) iterator_ = streams_.shard_iterator(stream_, shard_, after_);
    try {
      RecordPage page = streams_.get_records(stream_, iterator_, max);
      iterator_ = std::move(page.next);
      begun_ = true;
      if (!page.changes.changes.empty()) after_ = page.changes.changes.back().sequence;
      end_ = page.changes.end;
      return std::move(page.changes);
    } catch (const Error& e) {
      if (!is_expired(e)) throw;
      iterator_.clear();
      if (iterators >= kMostIterators) throw;
    }
  }
}

ChangePage StreamShardReader::ended(ChangePage::End end) {
  end_ = end;
  ChangePage page;
  page.end = end;
  return page;
}

}  // namespace leftfold::inline v0::dynamodb
