// SPDX-License-Identifier: Apache-2.0
#include "wrk_script.h"

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace leftfold::bench {
namespace {

constexpr std::string_view kScript = R"lua(
-- Written by bench_dynamodb: a request that leftfold sent, for another aggregate each time. The signature is that of
-- the captured request: it fits neither the changed body nor the time, but no server measured looks at it.
local groups = 0
function setup(thread)
  groups = groups + 1
  thread:set("group", groups)
end

local number = 0
function request()
  number = number + 1
  if aggregates > 0 then
    return before .. string.format(name, 0, number % aggregates) .. after
  end
  return before .. string.format(name, group, number) .. after
end

function done(summary, latency)
  local errors = summary.errors
  local failures = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format('{"requests": %d, "requests_per_s": %.9g, "p50_us": %d, "p99_us": %d, "failures": %d}',
    summary.requests, summary.requests * 1e6 / summary.duration, latency:percentile(50), latency:percentile(99),
    failures))
  io.stdout:flush()
  if failures > 0 then os.exit(1) end
end
)lua";

constexpr const char* kName = "cart-%08zx-0000-4000-8000-%012zx";

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\r') out += "\\r";
    else if (c == '\n') out += "\\n";
    else if (c == '"' || c == '\\') out.append("\\").push_back(c);
    else out.push_back(c);
  }
  return out + '"';
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

}  // namespace

std::string aggregate_name(std::size_t group, std::size_t number) {
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), kName, group, number);
  return name.data();
}

std::string wrk_script(const CapturedRequest& request, const std::string& aggregate_id, const std::string& host,
                       std::size_t aggregates) {
  std::string head = request.head;
  replace_all(head, request.host, host);
  const std::string whole = head + request.body;
  const std::size_t at = whole.find(aggregate_id);
  if (at == whole.npos || whole.find(aggregate_id, at + 1) != whole.npos) {
    throw std::runtime_error{"the request does not name the aggregate " + aggregate_id + " exactly once"};
  }
  std::string lua_name = kName;
  replace_all(lua_name, "zx", "x");
  return "local name, aggregates = " + quoted(lua_name) + ", " + std::to_string(aggregates) + "\nlocal before =\n" +
         quoted(whole.substr(0, at)) + "\nlocal after =\n" + quoted(whole.substr(at + aggregate_id.size())) + "\n" +
         std::string{kScript};
}

}  // namespace leftfold::bench
