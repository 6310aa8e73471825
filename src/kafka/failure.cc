#include "kafka/failure.h"

namespace leftfold::kafka {
namespace {

std::string next_step(Errc code) {
  switch (code) {
    case Errc::permission_denied: return "check the credentials of this process and the brokers' ACLs";
    case Errc::not_found: return "create the topic, or let leftfold do so (KAFKA_AUTO_CREATE_TOPICS=true)";
    case Errc::corrupt: return "look at the topic before anything else is done";
    case Errc::invalid_config: return "check the Kafka settings";
    default: return "check that the brokers are up and can be reached from here";
  }
}

}  // namespace

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
  const Errc code = code_of(error);
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

}  // namespace leftfold::kafka
