// SPDX-License-Identifier: Apache-2.0
#include "support/arguments.h"

#include <charconv>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace leftfold::bench {

namespace {

template <class Number>
Number parse(const std::string& name, const std::string& text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw std::invalid_argument{"--" + name + " " + text + ": a number is needed"};
  }
  return value;
}

}  // namespace

Arguments::Arguments(int argc, char** argv) {
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    if (!name.starts_with("--") || i + 1 == argc) {
      throw std::invalid_argument{std::string{name} + ": arguments come as --name value; bench/run gives them"};
    }
    values_[std::string{name.substr(2)}] = argv[i + 1];
  }
}

std::string Arguments::text(const std::string& name, std::string_view fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string{fallback} : found->second;
}

std::size_t Arguments::count(const std::string& name, std::size_t fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : parse<std::size_t>(name, found->second);
}

double Arguments::seconds(const std::string& name, double fallback) const {
  const auto found = values_.find(name);
  return found == values_.end() ? fallback : parse<double>(name, found->second);
}

void print_figures(std::initializer_list<Figure> figures) {
  const char* separator = "{";
  for (const auto& [name, value] : figures) {
    std::printf("%s\"%.*s\": %.9g", separator, static_cast<int>(name.size()), name.data(), value);
    separator = ", ";
  }
  std::printf("}\n");
  std::fflush(stdout);
}

int run_program(int argc, char** argv, void (*body)(const Arguments& arguments)) {
  try {
    body(Arguments{argc, argv});
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", argv[0], e.what());
    return 1;
  }
}

}  // namespace leftfold::bench
