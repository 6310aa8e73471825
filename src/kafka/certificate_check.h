// SPDX-License-Identifier: Apache-2.0
// Why a broker's certificate is not accepted, which librdkafka itself does not tell.
#pragma once

#include <librdkafka/rdkafka.h>

#include <string_view>

namespace leftfold::inline v0::kafka {

/// Marks the log lines that say why a certificate is not accepted, as the value of their field "facility".
inline constexpr std::string_view kCertificateFacility = "CERTIFICATE";

/// From now on the clients of `conf`, whose opaque is a KafkaOptions, log why they do not accept a broker's
/// certificate: which broker, OpenSSL's reason and the next step. What they accept stays the same.
void tell_refused_certificates(rd_kafka_conf_t* conf);

}  // namespace leftfold::inline v0::kafka
