// SPDX-License-Identifier: Apache-2.0
#include "kafka/tls_service.h"

#include <array>
#include <fstream>
#include <stdexcept>

// In tests/, so the module's headers are found behind src/.
#include "kafka/client_config.h"
#include "kafka/handles.h"
#include "kafka/service.h"

namespace leftfold::test_kafka {
namespace {

constexpr int kPatienceMs = 30'000;

using Binding = kafka::Handle<rd_kafka_AclBinding_t, rd_kafka_AclBinding_destroy>;

std::string address_of(std::string_view listener) {
  const std::string key = std::string{listener} + "=";
  std::ifstream file{tls_file("listeners")};
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key)) return line.substr(key.size());
  }
  throw std::runtime_error{"Kafka with TLS does not run; start it with scripts/services up kafka-tls"};
}

rd_kafka_ResourceType_t type_of(const Grant& grant) {
  return grant.on == Grant::On::topic ? RD_KAFKA_RESOURCE_TOPIC : RD_KAFKA_RESOURCE_GROUP;
}

rd_kafka_AclOperation_t operation_of(const Grant& grant) {
  switch (grant.what) {
    case Grant::What::write: return RD_KAFKA_ACL_OPERATION_WRITE;
    case Grant::What::describe: return RD_KAFKA_ACL_OPERATION_DESCRIBE;
    case Grant::What::read: break;
  }
  return RD_KAFKA_ACL_OPERATION_READ;
}

// One of rd_kafka_AclBinding_new and rd_kafka_AclBindingFilter_new.
template <class Make>
Binding made_by(Make make, const Grant& grant) {
  std::array<char, 512> why{};
  Binding made{make(type_of(grant), grant.name.c_str(), RD_KAFKA_RESOURCE_PATTERN_LITERAL,
                    ("User:" + grant.user).c_str(), "*", operation_of(grant), RD_KAFKA_ACL_PERMISSION_TYPE_ALLOW,
                    why.data(), why.size())};
  if (made == nullptr) throw std::runtime_error{std::string{"no such ACL: "} + why.data()};
  return made;
}

class Administrator {
 public:
  void create(const Grant& grant) {
    const Binding binding = made_by(rd_kafka_AclBinding_new, grant);
    rd_kafka_AclBinding_t* bindings[] = {binding.get()};
    rd_kafka_CreateAcls(client_.get(), bindings, 1, nullptr, results_.get());
    const kafka::Event event = answer();
    std::size_t count = 0;
    const rd_kafka_acl_result_t** const results =
        rd_kafka_CreateAcls_result_acls(rd_kafka_event_CreateAcls_result(event.get()), &count);
    if (count != 1) throw std::runtime_error{"the broker says nothing about the ACL"};
    if (const rd_kafka_error_t* const error = rd_kafka_acl_result_error(results[0]); error != nullptr) {
      throw std::runtime_error{rd_kafka_error_string(error)};
    }
  }
  // What the broker goes by, which learns it from its controller.
  [[nodiscard]] bool knows(const Grant& grant) {
    const Binding filter = made_by(rd_kafka_AclBindingFilter_new, grant);
    rd_kafka_DescribeAcls(client_.get(), filter.get(), nullptr, results_.get());
    const kafka::Event event = answer();
    std::size_t count = 0;
    (void)rd_kafka_DescribeAcls_result_acls(rd_kafka_event_DescribeAcls_result(event.get()), &count);
    return count == 1;
  }

 private:
  kafka::Event answer() {
    kafka::Event event{rd_kafka_queue_poll(results_.get(), kPatienceMs)};
    if (event == nullptr) throw std::runtime_error{"the broker does not answer"};
    const auto error = rd_kafka_event_error(event.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_event_error_string(event.get())};
    return event;
  }

  const KafkaOptions options_ = tls_options("plain");
  const kafka::Client client_ =
      kafka::make_client(options_, kafka::Purpose::admin, kafka::client_config(options_, kafka::Purpose::admin, {}));
  const kafka::Queue results_{rd_kafka_queue_new(client_.get())};
};

}  // namespace

std::string tls_file(std::string_view name) { return (services_state() / "kafka-tls" / name).string(); }

KafkaOptions tls_options(std::string_view listener) {
  KafkaOptions options;
  options.brokers = address_of(listener);
  options.topic = new_topic_name();
  options.partitions = 1;
  if (listener == "plain") return options;
  options.properties["security.protocol"] = listener == "sasl_ssl" ? "sasl_ssl" : "ssl";
  options.properties["ssl.ca.location"] = tls_file("ca.pem");
  return options;
}

KafkaOptions login_options(const std::string& user, const std::string& password) {
  KafkaOptions options = tls_options("sasl_ssl");
  options.properties["sasl.mechanisms"] = "PLAIN";
  options.properties["sasl.username"] = user;
  options.properties["sasl.password"] = password.empty() ? user + "-secret" : password;
  return options;
}

void grant(const std::vector<Grant>& grants) {
  Administrator administrator;
  for (const Grant& grant : grants) administrator.create(grant);
  for (const Grant& grant : grants) {
    for (int asked = 0; !administrator.knows(grant); ++asked) {
      if (asked == 10'000) throw std::runtime_error{"the broker does not learn an ACL on " + grant.name};
    }
  }
}

}  // namespace leftfold::test_kafka
