// SPDX-License-Identifier: Apache-2.0
#include "resilience/option_checks.h"

#include <sstream>
#include <string>

#include <leftfold/error.h>

namespace leftfold::inline v0::detail {
namespace {

[[noreturn]] void refuse(std::string_view field, const std::string& value, const std::string& low,
                         const std::string& high) {
  throw Error{Errc::invalid_config,
              std::string{field} + " is " + value + ", must be from " + low + " to " + high + "; correct the setting"};
}

std::string text(double number) {
  std::ostringstream out;
  out.precision(12);
  out << number;
  return out.str();
}

std::string text(std::chrono::milliseconds time) { return std::to_string(time.count()) + " ms"; }

}  // namespace

void check_between(std::string_view field, double value, double low, double high) {
  if (value >= low && value <= high) return;  // false for a NaN
  refuse(field, text(value), text(low), text(high));
}

void check_between(std::string_view field, std::chrono::milliseconds value, std::chrono::milliseconds low,
                   std::chrono::milliseconds high) {
  if (value >= low && value <= high) return;
  refuse(field, text(value), text(low), text(high));
}

}  // namespace leftfold::inline v0::detail
