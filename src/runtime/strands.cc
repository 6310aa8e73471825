#include "runtime/strands.h"

#include <utility>

namespace leftfold::detail {
namespace {

constexpr std::size_t kMaxSpare = 64;  // twice the default of events in flight

}  // namespace

void Strands::push(Task task) {
  const std::string_view id = task.event->aggregate_id;
  auto at = strands_.find(id);
  if (at == strands_.end()) {
    if (spare_.empty()) {
      at = strands_.try_emplace(std::string{id}).first;
    } else {
      Map::node_type node = std::move(spare_.back());
      spare_.pop_back();
      node.key() = id;
      at = strands_.insert(std::move(node)).position;
    }
    at->second.aggregate_id = &at->first;
    at->second.state = StrandState::ready;
  }
  Strand& strand = at->second;
  strand.queue.push_back(std::move(task));
  if (strand.state == StrandState::ready && strand.queue.size() == 1) ready_.push_back(&strand);
}

Strands::Started Strands::start() {
  Strand& strand = *ready_.front();
  ready_.pop_front();
  strand.state = StrandState::running;
  Started started{&strand, std::move(strand.queue.front())};
  strand.queue.pop_front();
  return started;
}

void Strands::finish(Strand& strand) {
  if (strand.queue.empty()) {
    remove(strand);
    return;
  }
  strand.state = StrandState::ready;
  ready_.push_back(&strand);
}

void Strands::drop(const std::function<bool(const Task&)>& unwanted) {
  for (auto& [id, strand] : strands_) std::erase_if(strand.queue, unwanted);
  std::vector<Strand*> empty;
  std::erase_if(ready_, [&empty](Strand* strand) {
    if (!strand->queue.empty()) return false;
    empty.push_back(strand);
    return true;
  });
  for (Strand* strand : empty) remove(*strand);
}

void Strands::remove(Strand& strand) {
  Map::node_type node = strands_.extract(*strand.aggregate_id);
  if (spare_.size() < kMaxSpare) spare_.push_back(std::move(node));
}

}  // namespace leftfold::detail
