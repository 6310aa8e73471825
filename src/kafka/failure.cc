#include "kafka/failure.h"

namespace leftfold::kafka {

bool is_denial(rd_kafka_resp_err_t code) noexcept {
  switch (code) {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED: return true;
    default: return false;
  }
}

std::string text_of(rd_kafka_resp_err_t code) {
  return std::string{rd_kafka_err2str(code)} + " (" + rd_kafka_err2name(code) + ")";
}

std::string text_of(rd_kafka_event_t* event) {
  const std::string code = text_of(rd_kafka_event_error(event));
  const char* const more = rd_kafka_event_error_string(event);
  return more == nullptr || code.starts_with(more) ? code : code + ": " + more;
}

}  // namespace leftfold::kafka
