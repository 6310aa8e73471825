#include "cli/commands.h"

#include <algorithm>
#include <array>
#include <utility>

namespace leftfold::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Command>, 35> kCommands{{
    {"run", run_handlers},
    {"handlers", list_handlers},
    {"events read", read_events},
    {"tail", read_events},
    {"version", show_version},
    {"dlq ls", list_letters},
    {"dlq show", show_letters},
    {"dlq stats", show_letter_stats},
    {"dlq history", show_history},
    {"dlq retry", retry_letters},
    {"dlq skip", skip_letter},
    {"dlq edit", edit_letter},
    {"dlq purge", purge_letters},
    {"dlq export", export_letters},
    {"dlq import", import_letters},
    {"breakers ls", list_breakers},
    {"breakers show", show_breaker},
    {"breakers open", open_breaker},
    {"breakers close", close_breaker},
    {"breakers reset", reset_breaker},
    {"projectors status", show_status},
    {"projectors pause", pause_subscriptions},
    {"projectors resume", resume_subscriptions},
    {"projectors restart", restart_subscriptions},
    {"replay", replay_projectors},
    {"publisher run", run_publisher},
    {"publisher reconcile", reconcile_published},
    {"publisher seed-cursors", seed_published},
    {"publisher status", show_publisher_status},
    {"schema", show_schema},
    {"schema diff", compare_schemas},
    {"check", check_store},
    {"store copy", copy_store},
    {"store export", export_events},
    {"store import", import_events},
}};

}  // namespace

Command command_of(std::string_view verb) noexcept {
  const auto at =
      std::find_if(kCommands.begin(), kCommands.end(), [verb](const auto& each) { return each.first == verb; });
  return at == kCommands.end() ? nullptr : at->second;
}

}  // namespace leftfold::cli
