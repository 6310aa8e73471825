// SPDX-License-Identifier: Apache-2.0
#include "kafka/failure.h"

#include <algorithm>
#include <array>
#include <span>

namespace leftfold::inline v0::kafka {
namespace {

std::string next_step(Errc code) {
  switch (code) {
    case Errc::permission_denied:
      return "check the credentials of this process (sasl.username, sasl.password, ssl.certificate.location) and the "
             "brokers' ACLs";
    case Errc::not_found: return "create the topic, or let leftfold do so (KAFKA_AUTO_CREATE_TOPICS=true)";
    case Errc::corrupt: return "look at the topic before anything else is done";
    case Errc::invalid_config: return "check the Kafka settings";
    default: return "check that the brokers are up and can be reached from here";
  }
}

// Alerts by which a broker says what it thinks of this process's certificate, or of none (RFC 8446, 6.2), in OpenSSL's
// words. With TLS 1.3 they come as an answer to the first request, so librdkafka calls them a failure of the transport.
constexpr std::array<std::string_view, 7> kCertificateAlerts{
    "alert bad certificate",     "alert unsupported certificate", "alert certificate revoked",
    "alert certificate expired", "alert certificate unknown",     "alert unknown ca",
    "alert certificate required"};

// The first is librdkafka's, of a connection that closed before it was of any use. Then OpenSSL's.
constexpr std::array<std::string_view, 4> kOtherProtocol{"security.protocol", "SSL routines::wrong version number",
                                                         "SSL routines::unexpected eof while reading",
                                                         "SSL routines::packet length too long"};

bool says_one_of(std::span<const std::string_view> all, std::string_view words) noexcept {
  return std::any_of(all.begin(), all.end(), [&](std::string_view one) { return words.find(one) != words.npos; });
}

}  // namespace

bool is_other_protocol(std::string_view words) noexcept { return says_one_of(kOtherProtocol, words); }

Errc code_of(rd_kafka_resp_err_t error, std::string_view words) noexcept {
  const bool connecting = error == RD_KAFKA_RESP_ERR__SSL || error == RD_KAFKA_RESP_ERR__TRANSPORT;
  return connecting && says_one_of(kCertificateAlerts, words) ? Errc::permission_denied : code_of(error);
}

Errc code_of(rd_kafka_event_t* event) noexcept {
  const char* const words = rd_kafka_event_error_string(event);
  return code_of(rd_kafka_event_error(event), words == nullptr ? std::string_view{} : std::string_view{words});
}

Errc code_of(rd_kafka_resp_err_t error) noexcept {
  switch (error) {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION: return Errc::permission_denied;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return Errc::not_found;
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION: return Errc::corrupt;
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM: return Errc::invalid_config;
    default: return Errc::unavailable;
  }
}

Error to_error(rd_kafka_resp_err_t error, const std::string& what, const std::string& details) {
  const Errc code = code_of(error, details);
  const std::string words = details.empty() ? rd_kafka_err2str(error) : details;
  return Error{code, "Kafka, " + what + ": " + words + " (" + rd_kafka_err2name(error) + "); " + next_step(code)};
}

std::string text_of(rd_kafka_resp_err_t error) {
  return std::string{rd_kafka_err2str(error)} + " (" + rd_kafka_err2name(error) + ")";
}

std::string text_of(rd_kafka_event_t* event) {
  const std::string code = text_of(rd_kafka_event_error(event));
  const char* const more = rd_kafka_event_error_string(event);
  return more == nullptr || code.starts_with(more) ? code : code + ": " + more;
}

}  // namespace leftfold::inline v0::kafka
