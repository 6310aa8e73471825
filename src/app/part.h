// SPDX-License-Identifier: Apache-2.0
// A part that a store may not have.
#pragma once

#include <string>

#include <leftfold/error.h>

namespace leftfold::inline v0::app {

/// Points to a part of a store, or to nothing: then its use throws Error(unsupported) that names the part.
/// Plain value; what it points to must outlive it.
template <class T>
class Part {
 public:
  explicit Part(const char* name, T* part = nullptr) : name_{name}, part_{part} {}
  Part& operator=(T* part) {
    part_ = part;
    return *this;
  }

  [[nodiscard]] T& operator*() const { return *operator->(); }
  [[nodiscard]] T* operator->() const {
    if (part_ == nullptr) {
      throw Error{Errc::unsupported, std::string{"this store keeps no "} + name_ + ": a sqlite:FILE has them all"};
    }
    return part_;
  }
  /// Null when it is missing.
  [[nodiscard]] T* get() const noexcept { return part_; }

 private:
  const char* name_;
  T* part_;
};

}  // namespace leftfold::inline v0::app
