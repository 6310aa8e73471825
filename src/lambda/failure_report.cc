// SPDX-License-Identifier: Apache-2.0
#include "lambda/failure_report.h"

#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/json.h>

namespace leftfold::inline v0::lambda {
namespace {

constexpr std::size_t kMostMessageBytes = 8 * 1024;

/// The members that Lambda's runtime API documents.
struct ErrorBody {
  // NOLINTBEGIN(readability-identifier-naming)
  std::string errorMessage;
  std::string errorType;
  std::vector<std::string> stackTrace;
  // NOLINTEND(readability-identifier-naming)
};

/// Of `text`, what is not ASCII as \xNN.
std::string escaped(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) out += c;
    else out.append("\\x").append({kHex[byte >> 4U], kHex[byte & 0xfU]});
  }
  return out;
}

std::string cut(std::string_view text) {
  if (text.size() <= kMostMessageBytes) return std::string{text};
  std::size_t end = kMostMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;  // not inside a character
  return std::string{text.substr(0, end)} + "...";
}

FailureReport report(std::string_view message, const std::string& type) {
  ErrorBody body{cut(message), type, {}};
  try {
    return {type, to_json(body)};
  } catch (const JsonError&) {
    body.errorMessage = cut(escaped(message));
    return {type, to_json(body)};
  }
}

}  // namespace

FailureReport report_current_exception() {
  try {
    throw;
  } catch (const Error& error) {
    return report(error.what(), "leftfold." + std::string{to_string(error.code())});
  } catch (const std::exception& error) {
    return report(error.what(), "Handler.Exception");
  } catch (...) {
    return report("something that is no std::exception was thrown", "Handler.Unknown");
  }
}

}  // namespace leftfold::inline v0::lambda
