// SPDX-License-Identifier: Apache-2.0
#include "aws/key_document.h"

#include <chrono>
#include <cstdint>
#include <optional>

#include <leftfold/error.h>
#include <leftfold/json.h>
#include <leftfold/reflect.h>

namespace leftfold::inline v0::aws {

// NOLINTBEGIN(readability-identifier-naming): the names are AWS's
struct MetadataKeys {
  std::optional<std::string> Code;
  std::optional<std::string> Message;
  std::optional<std::string> AccessKeyId;
  std::optional<std::string> SecretAccessKey;
  std::optional<std::string> Token;
  std::optional<std::string> Expiration;
};

struct ProcessKeys {
  std::int64_t Version = 0;
  std::optional<std::string> AccessKeyId;
  std::optional<std::string> SecretAccessKey;
  std::optional<std::string> SessionToken;
  std::optional<std::string> Expiration;
};
// NOLINTEND(readability-identifier-naming)

namespace {

template <class Document>
Document read(std::string_view json, const std::string& place) {
  try {
    return from_json<Document>(json);
  } catch (const JsonError& error) {
    // Not what was found there: it may be a secret.
    throw Error{Errc::invalid_data, place + ": this is not the JSON of AWS's credentials document, at " + error.path() +
                                        "; see by hand what it gives"};
  }
}

http::Credentials credentials(const auto& document, const std::optional<std::string>& token, const std::string& place) {
  for (const auto& [value, name] :
       {std::pair{&document.AccessKeyId, "AccessKeyId"}, std::pair{&document.SecretAccessKey, "SecretAccessKey"}}) {
    if (!value->has_value() || (*value)->empty()) {
      throw Error{Errc::invalid_data, place + ": the credentials document has no " + name + "; check what it prints"};
    }
  }
  http::Credentials keys{*document.AccessKeyId, *document.SecretAccessKey, token.value_or(""), {}};
  if (document.Expiration) keys.expires = parse_expiration(*document.Expiration, place);
  return keys;
}

}  // namespace

Timestamp parse_expiration(std::string_view text, const std::string& place) {
  try {
    // Finer than a Timestamp, because some print microseconds.
    const auto time =
        from_json<std::chrono::sys_time<std::chrono::nanoseconds>>(std::string{"\""}.append(text).append("\""));
    return std::chrono::floor<std::chrono::milliseconds>(time);
  } catch (const JsonError&) {
    throw Error{Errc::invalid_data, std::string{place}
                                        .append(": Expiration \"")
                                        .append(text)
                                        .append("\" is no time; it must look like 2026-11-24T12:00:00Z")};
  }
}

http::Credentials parse_keys(KeyDocument kind, std::string_view json, const std::string& place) {
  if (kind == KeyDocument::process) {
    const auto document = read<ProcessKeys>(json, place);
    if (document.Version != 1) {
      throw Error{Errc::invalid_data, place + ": Version of the credentials document is " +
                                          std::to_string(document.Version) + "; it must be 1"};
    }
    return credentials(document, document.SessionToken, place);
  }
  const auto document = read<MetadataKeys>(json, place);
  if (document.Code && *document.Code != "Success") {
    throw Error{Errc::permission_denied, place + ": " + *document.Code + ' ' + document.Message.value_or("") +
                                             "; check the role that is attached"};
  }
  return credentials(document, document.Token, place);
}

}  // namespace leftfold::inline v0::aws
