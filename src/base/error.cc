// SPDX-License-Identifier: Apache-2.0
#include <leftfold/error.h>

namespace leftfold::inline v0 {
namespace {

std::string describe(Version version) {
  return version == Version::none() ? "no event yet" : "version " + std::to_string(version.value());
}

std::string conflict_text(std::string_view aggregate_id, Version expected, Version actual) {
  return "aggregate \"" + std::string{aggregate_id} + "\": expected " + describe(expected) + " but found " +
         describe(actual) + "; another writer was first: load it again and decide again";
}

}  // namespace

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::invalid_config: return "invalid_config";
    case Errc::invalid_data: return "invalid_data";
    case Errc::version_conflict: return "version_conflict";
    case Errc::in_doubt: return "in_doubt";
    case Errc::unavailable: return "unavailable";
    case Errc::throttled: return "throttled";
    case Errc::storage_full: return "storage_full";
    case Errc::permission_denied: return "permission_denied";
    case Errc::not_found: return "not_found";
    case Errc::corrupt: return "corrupt";
    case Errc::unsupported: return "unsupported";
    case Errc::stopped: return "stopped";
    case Errc::fenced: return "fenced";
    case Errc::handler_failed: return "handler_failed";
    case Errc::internal: return "internal";
  }
  return "unknown";  // a value that was cast from a number
}

Error::Error(Errc code, const std::string& what, std::source_location where)
    : std::runtime_error{what}, code_{code}, where_{where} {}
Error::~Error() = default;

VersionConflict::VersionConflict(std::string_view aggregate_id, Version expected, Version actual,
                                 std::source_location where)
    : Error{Errc::version_conflict, conflict_text(aggregate_id, expected, actual), where},
      expected_{expected},
      actual_{actual} {}
VersionConflict::~VersionConflict() = default;

}  // namespace leftfold::inline v0
