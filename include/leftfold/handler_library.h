// SPDX-License-Identifier: Apache-2.0
// Handlers in a shared library that programs load: what such a library says of itself.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <version>

#include <leftfold/version.h>

namespace leftfold::inline v0 {

class App;

/// What a library of handlers says of itself, as a struct of C: any program can read it and see whether the rest fits.
/// Plain value; the texts live as long as the library is loaded.
struct HandlerLibrary {
  unsigned layout;           ///< of this struct: kHandlerLibraryLayout
  const char* version;       ///< of leftfold, as the library was compiled
  const char* abi;           ///< what else both sides must have in common
  const char* name;          ///< for people: "cart"
  void (*add_to)(App& app);  ///< registers its aggregates, handlers and commands; may throw
  const void* more;          ///< what later layouts add; null. It is returned by value, so its size stays
};

inline constexpr unsigned kHandlerLibraryLayout = 1;

namespace detail {

// Short texts, put together by the compiler.
class ConstantText {
 public:
  constexpr void add(std::string_view text) {
    for (const char c : text) text_.at(size_++) = c;
  }
  constexpr void add(long number) {
    if (number >= 10) add(number / 10);
    text_.at(size_++) = static_cast<char>('0' + number % 10);
  }
  [[nodiscard]] constexpr const char* c_str() const { return text_.data(); }

 private:
  std::array<char, 128> text_{};
  std::size_t size_ = 0;
};

[[nodiscard]] consteval ConstantText compiled_version() {
  ConstantText text;
  text.add(kVersion);
  return text;
}

// "g++ 12, libstdc++ 12 with the new strings, address sanitizer". Objects of the standard library and exceptions pass
// between a program and its libraries, so these must be the same on both sides.
[[nodiscard]] consteval ConstantText compiled_abi() {
  ConstantText text;
#if defined(__clang__)
  text.add("clang++ ");
  text.add(__clang_major__);
#elif defined(__GNUC__)
  text.add("g++ ");
  text.add(__GNUC__);
#else
  text.add("another compiler");
#endif
#if defined(_LIBCPP_VERSION)
  text.add(", libc++ with ABI ");
  text.add(_LIBCPP_ABI_VERSION);
#elif defined(__GLIBCXX__)
  text.add(", libstdc++ ");
  text.add(_GLIBCXX_RELEASE);
#if _GLIBCXX_USE_CXX11_ABI
  text.add(" with the new strings");
#else
  text.add(" with the old strings");
#endif
#if defined(_GLIBCXX_DEBUG)
  text.add(", debug mode");
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
  text.add(", address sanitizer");
#elif defined(__SANITIZE_THREAD__)
  text.add(", thread sanitizer");
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  text.add(", address sanitizer");
#elif __has_feature(thread_sanitizer)
  text.add(", thread sanitizer");
#endif
#endif
  return text;
}

}  // namespace detail

/// What leftfold_handlers() returns: a name for people, and the function that registers. It is stamped with what this
/// translation unit is compiled with, and so must be called in the library itself.
///
///     extern "C" leftfold::HandlerLibrary leftfold_handlers() {
///       return leftfold::handler_library("cart", [](leftfold::App& app) { app.listener<SendReceipt>(); });
///     }
///
/// `name` must be a text that lives as long as the library: a literal.
// Hidden: else the program's own copy would answer for the library, with the program's stamps.
[[nodiscard, gnu::visibility("hidden")]] inline HandlerLibrary handler_library(const char* name,
                                                                               void (*add_to)(App& app)) {
  static constexpr detail::ConstantText kCompiledVersion = detail::compiled_version();
  static constexpr detail::ConstantText kCompiledAbi = detail::compiled_abi();
  return {kHandlerLibraryLayout, kCompiledVersion.c_str(), kCompiledAbi.c_str(), name, add_to, nullptr};
}

}  // namespace leftfold::inline v0

/// What a library of handlers defines: App::load() looks for this name. Programs have none.
extern "C" [[gnu::visibility("default")]] leftfold::HandlerLibrary leftfold_handlers();
