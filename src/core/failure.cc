// SPDX-License-Identifier: Apache-2.0
#include <leftfold/failure.h>

#include <new>

namespace leftfold::inline v0 {
namespace {

FailureClass class_of(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_data:
    case Errc::unsupported:
    case Errc::invalid_argument: return FailureClass::permanent;
    case Errc::unavailable: return FailureClass::unavailable;
    case Errc::invalid_config:
    case Errc::permission_denied:
    case Errc::corrupt:
    case Errc::internal: return FailureClass::fatal;
    case Errc::throttled:
    case Errc::version_conflict:
    case Errc::in_doubt:
    case Errc::storage_full:
    case Errc::not_found:
    case Errc::stopped:
    case Errc::fenced:
    case Errc::handler_failed: break;
  }
  return FailureClass::transient;
}

}  // namespace

std::string_view to_string(FailureClass failure) noexcept {
  switch (failure) {
    case FailureClass::duplicate: return "duplicate";
    case FailureClass::transient: return "transient";
    case FailureClass::unavailable: return "unavailable";
    case FailureClass::permanent: return "permanent";
    case FailureClass::fatal: return "fatal";
  }
  return "unknown";  // a value that was cast from a number
}

Park::Park(const std::string& why, std::source_location where) : Error{Errc::handler_failed, why, where} {}
Park::~Park() = default;

Stop::Stop(const std::string& why, std::source_location where) : Error{Errc::handler_failed, why, where} {}
Stop::~Stop() = default;

Unavailable::Unavailable(const std::string& why, std::source_location where) : Error{Errc::unavailable, why, where} {}
Unavailable::~Unavailable() = default;

FailureClass FailureRules::classify(const std::exception_ptr& thrown) const noexcept {
  if (!thrown) return otherwise_;
  for (const auto& rule : rules_) {
    try {
      if (const std::optional<FailureClass> failure = rule(thrown)) return *failure;
    } catch (...) {  // its predicate threw: it does not fit
    }
  }
  try {
    std::rethrow_exception(thrown);
  } catch (const Park&) {
    return FailureClass::permanent;
  } catch (const Stop&) {
    return FailureClass::fatal;
  } catch (const Error& error) {
    return class_of(error.code());
  } catch (const std::bad_alloc&) {
    return FailureClass::fatal;
  } catch (...) {
    return otherwise_;
  }
}

}  // namespace leftfold::inline v0
