#include "kafka/connection_log.h"

#include <algorithm>
#include <exception>

#include "kafka/certificate_check.h"
#include "kafka/failure.h"

namespace leftfold::kafka {

void ConnectionLog::log(LogLevel level, std::string_view component, std::string_view message,
                        std::span<const LogField> fields) noexcept {
  const bool of_certificate = std::any_of(fields.begin(), fields.end(), [](const LogField& field) {
    return field.key == "facility" && field.value == kCertificateFacility;
  });
  try {
    const std::scoped_lock lock{mutex_};
    if (of_certificate) refused_certificate_ = message;
    else if (is_other_protocol(message)) other_protocol_ = message;
  } catch (const std::exception&) {  // no memory: the line itself says it
  }
  if (next_.enabled(level)) next_.log(level, component, message, fields);
}

std::string ConnectionLog::refused_certificate() const {
  const std::scoped_lock lock{mutex_};
  return refused_certificate_;
}

std::string ConnectionLog::other_protocol() const {
  const std::scoped_lock lock{mutex_};
  return other_protocol_;
}

}  // namespace leftfold::kafka
