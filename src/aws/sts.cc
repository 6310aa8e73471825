// SPDX-License-Identifier: Apache-2.0
#include "aws/sts.h"

#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>

#include "aws/endpoint.h"
#include "aws/key_document.h"
#include "aws/small_file.h"
#include "aws/xml_text.h"
#include "http/client.h"

namespace leftfold::inline v0::aws {
namespace {

using Form = std::vector<std::pair<std::string_view, std::string>>;

std::string form_body(const Form& form) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string body = "Version=2011-06-15";
  for (const auto& [name, value] : form) {
    if (value.empty()) continue;
    body.append("&").append(name).append("=");
    for (const char c : value) {
      const bool bare = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                        c == '_' || c == '.' || c == '~';
      const auto byte = static_cast<unsigned char>(c);
      if (bare) {
        body.push_back(c);
      } else {
        body.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
      }
    }
  }
  return body;
}

std::string session_name(const Role& role, Clock& clock) {
  if (!role.session_name.empty()) return role.session_name;
  return "leftfold-" + std::to_string(clock.now().time_since_epoch().count());
}

[[noreturn]] void fail(const http::Response& response, const std::string& doing) {
  const std::string code = xml_text(response.body, "Code").value_or("status " + std::to_string(response.status));
  const std::string message = xml_text(response.body, "Message").value_or("");
  const bool later = response.status >= 500 || response.status == 429 || code == "Throttling" ||
                     code == "ThrottlingException" || code == "RequestLimitExceeded" || code == "IDPCommunicationError";
  throw Error{later ? Errc::unavailable : Errc::permission_denied,
              doing + ": " + code + (message.empty() ? "" : ": " + message) +
                  (later ? "; try again" : "; check the role's trust policy, the keys and this machine's clock")};
}

http::Credentials read_keys(const std::string& xml, const std::string& doing) {
  const auto value = [&](std::string_view name) {
    const std::optional<std::string> text = xml_text(xml, name);
    if (text && !text->empty()) return *text;
    throw Error{Errc::invalid_data, doing + ": the answer has no " + std::string{name} +
                                        "; check that the endpoint (AWS_ENDPOINT_URL_STS) is an STS"};
  };
  http::Credentials keys{value("AccessKeyId"), value("SecretAccessKey"), value("SessionToken"), {}};
  keys.expires = parse_expiration(value("Expiration"), doing);
  return keys;
}

http::Credentials ask(const Form& form, const http::Credentials* base, const Role& role, const KeyContext& context) {
  const Endpoint endpoint =
      resolve_endpoint("sts",
                       {.environment = context.environment,
                        .region = context.sts_region,
                        .profile = context.profiles.chosen_by_name() ? context.profiles.chosen() : ""},
                       context.stop);
  http::Request request{.method = "POST",
                        .url = endpoint.url + "/",
                        .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
                        .body = form_body(form)};
  if (base != nullptr) http::Signer{endpoint.region, "sts"}.sign(request, *base, context.clock.now());
  const std::string doing = "assuming role " + role.arn + " at " + endpoint.url;
  http::Client client{context.http};
  const auto send = [&] {
    try {
      return client.send(request, context.stop);
    } catch (const Error& error) {
      // Asking twice harms nothing, so an open outcome is as good as none.
      throw Error{error.code() == Errc::in_doubt ? Errc::unavailable : error.code(), doing + ": " + error.what()};
    }
  };
  http::Response response = send();
  if (response.status >= 500) response = send();
  if (!response.ok()) fail(response, doing);
  return read_keys(response.body, doing);
}

}  // namespace

http::Credentials assume_role(const Role& role, const http::Credentials& base, const KeyContext& context) {
  return ask({{"Action", "AssumeRole"},
              {"RoleArn", role.arn},
              {"RoleSessionName", session_name(role, context.clock)},
              {"ExternalId", role.external_id},
              {"DurationSeconds", role.duration_seconds}},
             &base, role, context);
}

http::Credentials assume_role_with_web_identity(const Role& role, const std::string& token_file,
                                                const KeyContext& context) {
  std::optional<std::string> token = read_small_file(token_file);
  if (!token) {
    throw Error{Errc::not_found, token_file +
                                     ": the web identity token is not there; check AWS_WEB_IDENTITY_TOKEN_FILE or "
                                     "web_identity_token_file"};
  }
  while (token->ends_with('\n') || token->ends_with('\r')) token->pop_back();
  return ask({{"Action", "AssumeRoleWithWebIdentity"},
              {"RoleArn", role.arn},
              {"RoleSessionName", session_name(role, context.clock)},
              {"DurationSeconds", role.duration_seconds},
              {"WebIdentityToken", *token}},
             nullptr, role, context);
}

}  // namespace leftfold::inline v0::aws
