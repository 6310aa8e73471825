// SPDX-License-Identifier: Apache-2.0
#include "cli/how_far.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "app/kafka_settings.h"
#include "runtime/checkpoint_name.h"

namespace leftfold::inline v0::cli {

HowFarAsker::HowFarAsker(Context& context, const Opened& opened)
    : broker_{opened.broker()}, kafka_{app::uses_kafka(context.program.settings)} {
  for (std::int32_t partition = 0; partition < broker_.partitions(); ++partition) {
    head_ += broker_.head(partition).value();
  }
  for (StoredSubscription& each : kafka_ ? opened.projections() : opened.subscriptions()) {
    stored_.emplace(std::move(each.name), each.done);
  }
}

HowFar HowFarAsker::of(const std::string& subscription, const HandlerInfo* handler) const {
  const std::vector<Progress> progress = partitions_of(subscription, handler);
  if (std::none_of(progress.begin(), progress.end(), [](const Progress& each) { return each.done.has_value(); })) {
    return {};
  }
  HowFar far{0, 0};
  for (const Progress& each : progress) {
    *far.position += each.done.value_or(each.begin).value();
    *far.lag += std::max<std::int64_t>(each.lag(), 0);
  }
  return far;
}

std::vector<Progress> HowFarAsker::partitions_of(const std::string& subscription, const HandlerInfo* handler) const {
  if (handler != nullptr && handler->is_projector && !handler->exactly_once) return {};  // a table in memory
  return kafka_ ? in_kafka(subscription, handler) : in_store(subscription);
}

std::vector<Progress> HowFarAsker::in_store(const std::string& subscription) const {
  const auto at = stored_.find(subscription);
  if (at == stored_.end() || !at->second) return {};
  return {{at->second, Position::start(), Position{head_}}};
}

std::vector<Progress> HowFarAsker::in_kafka(const std::string& subscription, const HandlerInfo* handler) const {
  std::vector<Progress> progress = broker_.progress(subscription);
  if (handler != nullptr && handler->is_projector) {  // its read model keeps the checkpoint
    for (std::size_t i = 0; i < progress.size(); ++i) {
      const auto at = stored_.find(detail::checkpoint_name(handler->name, static_cast<std::int32_t>(i)));
      progress[i].done = at == stored_.end() ? std::nullopt : at->second;
    }
  }
  return progress;
}

}  // namespace leftfold::inline v0::cli
