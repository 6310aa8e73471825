// SPDX-License-Identifier: Apache-2.0
// Settings of what publishes.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/address.h"
#include "app/setting_spec.h"

namespace leftfold::inline v0::app {
namespace {

constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

}  // namespace

std::vector<SettingSpec> publisher_specs() {
  return {
      {"publisher.name", "LEFTFOLD_PUBLISHER_NAME", "processes of one name share the work; each name has its own place",
       "a name of letters, digits, - and _", "publisher", ValueKind::text,
       [](const Setting& s) {
         // Its leases lie in groups of this name and of others made of it with "/" and ".".
         if (s.value.empty() || s.value.find_first_not_of(kNameCharacters) != std::string::npos) refuse(s);
       }},
      {"publisher.from", "LEFTFOLD_PUBLISHER_FROM", "what tells of new events in DynamoDB",
       "stream, or poll: scans a small table again and again", "stream", ValueKind::text,
       [](const Setting& s) { (void)publish_from_value(s); }},
      {"publisher.unpublishable", "LEFTFOLD_PUBLISHER_UNPUBLISHABLE",
       "an event that Kafka can never take, or that cannot be read",
       "block: its aggregate waits; or mark: $Unpublished takes its place", "block", ValueKind::text,
       [](const Setting& s) { (void)unpublishable_value(s); }},
      {"publisher.most_open", "LEFTFOLD_PUBLISHER_MOST_OPEN", "events taken and not acknowledged",
       "a number from 1 to 1000000", "10000", ValueKind::integer, [](const Setting& s) { (void)count_value(s); }},
      {"publisher.checkpoint_every", "LEFTFOLD_PUBLISHER_CHECKPOINT_EVERY",
       "what was acknowledged since is sent again after a crash", "a duration such as 500ms, 10s or 5m, at most 24h",
       "1s", ValueKind::text, [](const Setting& s) { (void)duration_value(s); }},
  };
}

}  // namespace leftfold::inline v0::app
