// SPDX-License-Identifier: Apache-2.0
#include "kafka/certificate_log.h"

#include <algorithm>
#include <exception>

#include "kafka/certificate_check.h"

namespace leftfold::inline v0::kafka {

void CertificateLog::log(LogLevel level, std::string_view component, std::string_view message,
                         std::span<const LogField> fields) noexcept {
  const bool of_certificate = std::any_of(fields.begin(), fields.end(), [](const LogField& field) {
    return field.key == "facility" && field.value == kCertificateFacility;
  });
  try {
    const std::scoped_lock lock{mutex_};
    if (of_certificate) refused_.emplace(message);
  } catch (const std::exception&) {  // no memory: the line itself says it
  }
  if (next_.enabled(level)) next_.log(level, component, message, fields);
}

std::set<std::string> CertificateLog::refused() const {
  const std::scoped_lock lock{mutex_};
  return refused_;
}

}  // namespace leftfold::inline v0::kafka
