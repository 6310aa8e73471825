// What librdkafka's error codes mean here.
#pragma once

#include <string>

#include "kafka/handles.h"

namespace leftfold::kafka {

/// True when only other rights or other credentials end it.
[[nodiscard]] bool is_denial(rd_kafka_resp_err_t code) noexcept;

/// "Broker: Topic authorization failed (TOPIC_AUTHORIZATION_FAILED)".
[[nodiscard]] std::string text_of(rd_kafka_resp_err_t code);

/// What an event of librdkafka says of its error: more than the code's own text when there is more.
[[nodiscard]] std::string text_of(rd_kafka_event_t* event);

}  // namespace leftfold::kafka
