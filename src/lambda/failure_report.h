// SPDX-License-Identifier: Apache-2.0
// What is told to Lambda about an exception.
#pragma once

#include <exception>
#include <string>

namespace leftfold::inline v0::lambda {

/// Plain value.
struct FailureReport {
  std::string type;  ///< for Lambda-Runtime-Function-Error-Type, such as "leftfold.unavailable"
  std::string body;  ///< {"errorMessage":...,"errorType":...,"stackTrace":[]}
};

/// The report of the exception being handled. Text that is not UTF-8 is shown as \xNN, and the message is cut after
/// 8 KiB. Call it in a catch block.
[[nodiscard]] FailureReport report_current_exception();

}  // namespace leftfold::inline v0::lambda
