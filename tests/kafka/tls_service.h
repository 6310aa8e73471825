// SPDX-License-Identifier: Apache-2.0
// The broker of scripts/services up kafka-tls: TLS, logins, ACLs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <leftfold/kafka.h>

namespace leftfold::test_kafka {

/// A file of its folder, such as "ca.pem".
[[nodiscard]] std::string tls_file(std::string_view name);

/// Options for one of its listeners (ssl, sasl_ssl, elsewhere, mtls, plain) with what it takes to trust it, and a topic
/// that no other test uses; nobody has created it. Throws std::runtime_error that says how to start the broker.
[[nodiscard]] KafkaOptions tls_options(std::string_view listener);
/// The same for sasl_ssl, as alice or bob; their password when none is given.
[[nodiscard]] KafkaOptions login_options(const std::string& user, const std::string& password = {});

/// A right on a topic or group, by the names of kafka-acls.sh.
struct Grant {
  enum class On { topic, group };
  On on = On::topic;
  std::string name;
  std::string user;
  enum class What { read, write, describe };
  What what = What::read;
};

/// Gives these rights, and returns when the broker knows them: from then on nobody else has any on what they name.
/// Throws std::runtime_error.
void grant(const std::vector<Grant>& grants);

}  // namespace leftfold::test_kafka
