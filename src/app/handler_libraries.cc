// SPDX-License-Identifier: Apache-2.0
#include "app/handler_libraries.h"

#include <dlfcn.h>

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

#include <leftfold/error.h>

#include "app/elf_size.h"

namespace leftfold::inline v0::app {
namespace {

constexpr const char* kFunction = "leftfold_handlers";

[[noreturn]] void refuse_library(Errc code, const std::string& path, const std::string& why) {
  throw Error{code, "handler library " + path + " " + why};
}

std::string last_error() {
  const char* const text = dlerror();
  return text == nullptr ? "for a reason the system does not tell" : text;
}

void check_file(const std::string& path, const std::string& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (status.type() == fs::file_type::not_found) {
    refuse_library(Errc::not_found, path, "does not exist; build it, or correct its path");
  }
  if (status.type() == fs::file_type::directory) {
    refuse_library(Errc::invalid_argument, path, "is a folder; name the library in it");
  }
  if (fs::exists(status) && !fs::is_regular_file(status)) {  // a pipe would be waited for
    refuse_library(Errc::invalid_argument, path, "is no file");
  }
  const std::uint64_t needed = bytes_to_load(file);
  const std::uintmax_t bytes = fs::file_size(file, error);
  if (!error && bytes < needed) {
    refuse_library(Errc::invalid_argument, path,
                   "is cut off: it has " + std::to_string(bytes) + " bytes and says it has " + std::to_string(needed) +
                       "; build or copy it again");
  }
}

void* open(const std::string& path, const std::string& file) {
  // Now: a symbol that is missing is told here and not by a crash later. Local: two libraries may have types of one
  // name.
  void* const handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return handle;
  const std::string why = last_error();
  if (why.find("undefined symbol") != std::string::npos) {
    refuse_library(Errc::unsupported, path,
                   "needs what this program does not have: " + why +
                       "; build both with the same leftfold, and the program with leftfold_handler_host(TARGET)");
  }
  refuse_library(Errc::invalid_argument, path,
                 "cannot be loaded: " + why + "; build it with leftfold_handler_library(NAME SOURCE...)");
}

void check_stamps(const std::string& path, const HandlerLibrary& says) {
  const HandlerLibrary own = handler_library("", nullptr);
  if (says.layout != own.layout) {
    refuse_library(Errc::unsupported, path,
                   "speaks version " + std::to_string(says.layout) + " of the interface and this program version " +
                       std::to_string(own.layout) + "; build both with the same leftfold");
  }
  if (says.version == nullptr || says.abi == nullptr || says.name == nullptr || says.add_to == nullptr) {
    refuse_library(Errc::invalid_argument, path,
                   "says nothing of itself; return leftfold::handler_library(NAME, FUNCTION) from " +
                       std::string{kFunction} + "()");
  }
  if (std::string_view{says.version} != own.version) {
    refuse_library(Errc::unsupported, path,
                   "was compiled with leftfold " + std::string{says.version} + " and this program with " + own.version +
                       "; build both with the same leftfold");
  }
  if (std::string_view{says.abi} != own.abi) {
    refuse_library(Errc::unsupported, path,
                   "was compiled with " + std::string{says.abi} + " and this program with " + own.abi +
                       "; build both with the same compiler and flags");
  }
}

}  // namespace

OpenLibrary open_library(const std::filesystem::path& path) {
  const std::string shown = path.string();
  if (shown.empty()) throw Error{Errc::invalid_argument, "the path of a handler library is empty: name a file"};
  const std::string file = shown.find('/') == std::string::npos ? "./" + shown : shown;
  check_file(shown, file);
  OpenLibrary library;
  library.handle = open(shown, file);
  void* const found = dlsym(library.handle, kFunction);
  if (found == nullptr) {
    refuse_library(Errc::invalid_argument, shown,
                   "is no library of handlers: it has no function extern \"C\" leftfold::HandlerLibrary " +
                       std::string{kFunction} + "(); define it, as leftfold/handler_library.h shows");
  }
  try {
    library.says = reinterpret_cast<HandlerLibrary (*)()>(found)();
  } catch (const std::exception& error) {
    refuse_library(Errc::handler_failed, shown,
                   std::string{"threw in "} + kFunction + "(): " + error.what() + "; nothing of it is registered");
  } catch (...) {
    refuse_library(Errc::handler_failed, shown,
                   std::string{"threw in "} + kFunction + "(); nothing of it is registered");
  }
  check_stamps(shown, library.says);
  return library;
}

}  // namespace leftfold::inline v0::app
