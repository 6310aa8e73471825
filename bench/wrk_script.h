// SPDX-License-Identifier: Apache-2.0
// A script for wrk (https://github.com/wg/wrk) that repeats a captured request.
#pragma once

#include <cstddef>
#include <string>

#include "captured_request.h"

namespace leftfold::bench {

/// Name of aggregate `number` of group `group`: as long as every other. The script and the peers make them alike.
[[nodiscard]] std::string aggregate_name(std::size_t group, std::size_t number);

/// A Lua script that sends `request`, which names `aggregate_id` once, to `host` ("127.0.0.1:8000"): each time for
/// another aggregate of group 0 below `aggregates`, or, when that is 0, for one that no request named before. It prints
/// the figures that bench/run reads, and ends with 1 when a request failed. Throws std::runtime_error when the request
/// does not name the aggregate once.
[[nodiscard]] std::string wrk_script(const CapturedRequest& request, const std::string& aggregate_id,
                                     const std::string& host, std::size_t aggregates);

}  // namespace leftfold::bench
