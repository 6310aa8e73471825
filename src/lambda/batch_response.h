// SPDX-License-Identifier: Apache-2.0
// Which part of a batch Lambda has to send again.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <leftfold/change_stream.h>

namespace leftfold::inline v0::lambda {

/// True when the sequence number `a` comes before `b`: decimal texts of up to 40 digits, so they fit into no integer.
[[nodiscard]] bool comes_before(std::string_view a, std::string_view b) noexcept;

/// {"batchItemFailures":[]}, or with the lowest sequence number of `not_done`, from which Lambda sends the batch again:
/// https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
[[nodiscard]] std::string batch_response(std::span<const Change> not_done);

}  // namespace leftfold::inline v0::lambda
