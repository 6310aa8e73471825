// SPDX-License-Identifier: Apache-2.0
// librdkafka's errors as ours.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string>
#include <string_view>

#include <leftfold/error.h>

namespace leftfold::inline v0::kafka {

/// Which of our codes an error is: permission_denied for what brokers refuse, not_found for a topic or partition that
/// is not there, unavailable for everything that may pass by itself.
[[nodiscard]] Errc code_of(rd_kafka_resp_err_t error) noexcept;

/// The same with librdkafka's longer words, which say what the code does not: permission_denied when a broker does not
/// accept this process's certificate.
[[nodiscard]] Errc code_of(rd_kafka_resp_err_t error, std::string_view words) noexcept;
[[nodiscard]] Errc code_of(rd_kafka_event_t* event) noexcept;

/// Whether these words are of a port that speaks something else than this process (TLS, SASL, neither).
[[nodiscard]] bool is_other_protocol(std::string_view words) noexcept;

/// "<what>: <librdkafka's words> (<its name>); <next step>". `details` are librdkafka's own longer words, if any.
[[nodiscard]] Error to_error(rd_kafka_resp_err_t error, const std::string& what, const std::string& details = {});

/// "Broker: Topic authorization failed (TOPIC_AUTHORIZATION_FAILED)".
[[nodiscard]] std::string text_of(rd_kafka_resp_err_t error);

/// What an event of librdkafka says of its error: more than the code's own text when there is more.
[[nodiscard]] std::string text_of(rd_kafka_event_t* event);

}  // namespace leftfold::inline v0::kafka
