// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_code.h"

namespace leftfold::inline v0::cli {
namespace {

int exit_code_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument:
    case Errc::invalid_config: return kUsage;
    case Errc::not_found: return kNotFound;
    case Errc::version_conflict:
    case Errc::fenced: return kConflict;
    case Errc::in_doubt:
    case Errc::unavailable:
    case Errc::throttled:
    case Errc::storage_full:
    case Errc::permission_denied: return kUnreachable;
    case Errc::stopped: return kTimeout;  // a stop by signal has its own code; here a wait was cut short
    case Errc::invalid_data:
    case Errc::corrupt:
    case Errc::unsupported:
      return kBadData;  // a file of a newer format; a store not built in is caught as configuration
    case Errc::handler_failed: return kFoundFailure;
    case Errc::internal: return kBug;
  }
  return kBug;
}

}  // namespace

int exit_code_of(const std::exception& failure) noexcept {
  if (const auto* const error = dynamic_cast<const Error*>(&failure)) return exit_code_of(error->code());
  return kBug;
}

}  // namespace leftfold::inline v0::cli
