// SPDX-License-Identifier: Apache-2.0
#include "kafka/raw_producer.h"

#include <stdexcept>

#include "kafka/client_config.h"

namespace leftfold::test_kafka {
namespace {

constexpr int kPatienceMs = 30'000;

void must(rd_kafka_error_t* error) {
  if (error == nullptr) return;
  const std::string what = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  throw std::runtime_error{what};
}

rd_kafka_vu_t vu(rd_kafka_vtype_t type) {
  rd_kafka_vu_t value{};
  value.vtype = type;
  return value;
}

}  // namespace

std::string step_json(const std::string& account, std::int64_t version, std::int64_t amount) {
  return R"({"aggregateId":")" + account + R"(","version":)" + std::to_string(version) +
         R"(,"event":"Step","payload":{"amount":)" + std::to_string(amount) +
         R"(,"work_ms":0,"poison":false},"published":1,"committedAt":1669939200000})";
}

RawProducer::RawProducer(const KafkaOptions& options, const std::string& transactional_id) : options_{options} {
  kafka::Properties own{{"message.timeout.ms", "30000"}, {"message.max.bytes", "1048576"}};
  if (!transactional_id.empty()) own.emplace_back("transactional.id", transactional_id);
  client_ = kafka::make_client(options_, kafka::Purpose::producer,
                               kafka::client_config(options_, kafka::Purpose::producer, {}, own));
  if (!transactional_id.empty()) must(rd_kafka_init_transactions(client_.get(), kPatienceMs));
}

void RawProducer::send(const RawRecord& record, std::int32_t partition) {
  std::vector<rd_kafka_vu_t> parts;
  parts.push_back(vu(RD_KAFKA_VTYPE_TOPIC));
  parts.back().u.cstr = options_.topic.c_str();
  parts.push_back(vu(RD_KAFKA_VTYPE_PARTITION));
  parts.back().u.i32 = partition;
  parts.push_back(vu(RD_KAFKA_VTYPE_MSGFLAGS));
  parts.back().u.i = RD_KAFKA_MSG_F_COPY;
  const auto bytes = [&parts](rd_kafka_vtype_t type, const std::optional<std::string>& text) {
    if (!text) return;
    parts.push_back(vu(type));
    parts.back().u.mem = {const_cast<char*>(text->data()), text->size()};  // NOLINT(*-const-cast): copied
  };
  bytes(RD_KAFKA_VTYPE_KEY, record.key);
  bytes(RD_KAFKA_VTYPE_VALUE, record.value);
  for (const auto& [name, value] : record.headers) {
    parts.push_back(vu(RD_KAFKA_VTYPE_HEADER));
    parts.back().u.header = {name.c_str(), value.data(), static_cast<ssize_t>(value.size())};
  }
  must(rd_kafka_produceva(client_.get(), parts.data(), parts.size()));
  const auto error = rd_kafka_flush(client_.get(), kPatienceMs);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error{rd_kafka_err2str(error)};
}

void RawProducer::begin() { must(rd_kafka_begin_transaction(client_.get())); }
void RawProducer::commit() { must(rd_kafka_commit_transaction(client_.get(), kPatienceMs)); }
void RawProducer::abort() { must(rd_kafka_abort_transaction(client_.get(), kPatienceMs)); }

}  // namespace leftfold::test_kafka
