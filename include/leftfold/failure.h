// SPDX-License-Identifier: Apache-2.0
// What a failure means, and so what is to be done about it: one taxonomy for handlers, retries, breakers and letters.
#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <leftfold/error.h>

namespace leftfold::inline v0 {

/// What a failure means for the event that met it.
enum class FailureClass {
  duplicate,    ///< the effect is there already: the event is done
  transient,    ///< may work soon: again at once, then with backoff, then parked
  unavailable,  ///< what the handler needs is down: held behind the circuit breaker, no attempt is used up, never
                ///< parked
  permanent,    ///< will never work as it is: parked at once
  fatal,        ///< nothing will work: the subscription stops before the event
};

/// The class as written in logs, metrics and letters ("transient"). Never empty.
[[nodiscard]] std::string_view to_string(FailureClass failure) noexcept;

/// Thrown by a handler: park this event at once, and the later ones of its aggregate behind it.
///
///     if (!known(e.product_id)) throw leftfold::Park{"no product " + e.product_id};
///
/// Immutable.
class Park final : public Error {
 public:
  explicit Park(const std::string& why, std::source_location where = std::source_location::current());
  ~Park() override;
};

/// Thrown by a handler: stop this subscription before the event (FailureClass::fatal). Immutable.
class Stop final : public Error {
 public:
  explicit Stop(const std::string& why, std::source_location where = std::source_location::current());
  ~Stop() override;
};

/// Thrown by a handler: what it needs is down (FailureClass::unavailable). Immutable.
class Unavailable final : public Error {
 public:
  explicit Unavailable(const std::string& why, std::source_location where = std::source_location::current());
  ~Unavailable() override;
};

/// Which exception is which class: rules in order, the first that fits decides, then the built-in ones.
///
///     rules.when<HttpError>([](const HttpError& e) { return e.status == 503; }, FailureClass::unavailable)
///          .when<UniqueViolation>(FailureClass::duplicate);
///
/// Built in: Park is permanent, Stop fatal, Unavailable and a rejected breaker call unavailable; leftfold::Error by
/// code (invalid_data, unsupported, invalid_argument: permanent; unavailable: unavailable; throttled, version_conflict,
/// in_doubt: transient; invalid_config, permission_denied, corrupt, internal: fatal; the others transient);
/// std::bad_alloc is fatal; everything else transient, unless otherwise() says something else.
/// Immutable once a Runner has it; predicates are called from any thread and must not throw (one that does fits not).
class FailureRules {
 public:
  /// Exceptions of type E, and those derived from it, are of class `failure`.
  template <class E>
  FailureRules& when(FailureClass failure) {
    return when<E>([](const E&) { return true; }, failure);
  }

  /// Exceptions of type E for which `fits(e)` holds.
  template <class E, class Fits>
    requires std::predicate<Fits, const E&>
  FailureRules& when(Fits fits, FailureClass failure) {
    rules_.push_back([fits = std::move(fits), failure](const std::exception_ptr& thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const E& e) {
        if (fits(e)) return std::optional{failure};
      } catch (...) {
      }
      return std::optional<FailureClass>{};
    });
    return *this;
  }

  /// What an exception is that no rule fits and that is neither leftfold's nor std::bad_alloc.
  FailureRules& otherwise(FailureClass failure) {
    otherwise_ = failure;
    return *this;
  }

  /// The class of what was thrown; that of otherwise() when nothing was. Never throws.
  [[nodiscard]] FailureClass classify(const std::exception_ptr& thrown) const noexcept;

 private:
  std::vector<std::function<std::optional<FailureClass>(const std::exception_ptr&)>> rules_;
  FailureClass otherwise_ = FailureClass::transient;
};

}  // namespace leftfold::inline v0
