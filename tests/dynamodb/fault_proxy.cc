// SPDX-License-Identifier: Apache-2.0
#include "dynamodb/fault_proxy.h"

#include <chrono>
#include <stdexcept>
#include <utility>

#include <leftfold/error.h>

#include "dynamodb/wire.h"

namespace leftfold::test_dynamodb {
namespace {

using test_support::HttpReceived;
using test_support::HttpReply;

http::ClientOptions patient() {
  http::ClientOptions options;
  options.connect_timeout = options.total_timeout = std::chrono::minutes{2};  // the client's own comes first
  return options;
}

std::string operation_of(const HttpReceived& received) {
  const std::string target = received.header("x-amz-target");
  return target.substr(target.rfind('.') + 1);
}

/// A page of a Query without some of its items.
std::string without(std::string page, std::size_t first, std::size_t lost) {
  std::string left;
  dynamodb::read_object(page, [&](std::string_view name, simdjson::ondemand::value value) {
    left += (left.empty() ? "" : ",") + ("\"" + std::string{name} + "\":");
    if (name != "Items") {
      std::string_view json;
      dynamodb::check(simdjson::to_json_string(value).get(json));
      left += json;
      return;
    }
    std::string items;
    std::size_t i = 0;
    dynamodb::each_element(value, [&](simdjson::ondemand::value item) {
      const dynamodb::Item kept = dynamodb::read_item(item);
      if (const std::size_t at = i++; at >= first && at < first + lost) return;
      if (!items.empty()) items += ',';
      dynamodb::write_item(items, kept);
    });
    left += "[" + items + "]";
  });
  return "{" + left + "}";
}

void change(HttpReply& reply, const Fault& fault) {
  using Answer = Fault::Answer;
  switch (fault.answer) {
    case Answer::passed:
    case Answer::empty_page: break;
    case Answer::made_up:
      reply.status = fault.status;
      reply.headers = fault.headers;
      reply.body = fault.body;
      break;
    case Answer::reset: reply.fault = HttpReply::Fault::reset; break;
    case Answer::withheld: reply.fault = HttpReply::Fault::stall; break;
    case Answer::half: reply.fault = HttpReply::Fault::half; break;
    case Answer::bad_crc: reply.headers["x-amz-crc32"] = "1"; break;  // of no answer that begins with "{"
    case Answer::torn:
      reply.body = without(std::move(reply.body), fault.first, fault.lost);
      reply.headers.erase("x-amz-crc32");
      break;
  }
}

}  // namespace

FaultProxy::FaultProxy(const TestTables& tables, test_support::HttpServerOptions server)
    : options_{tables.options()},
      client_{patient()},
      server_{[this](const Received& received) { return answer(received); }, std::move(server)} {}

DynamoDbOptions FaultProxy::options() const {
  DynamoDbOptions options = options_;
  options.endpoint_url = server_.url();
  options.tables = DynamoDbOptions::Tables::unchecked;
  return options;
}

void FaultProxy::follow(FaultScript script) {
  const std::scoped_lock lock{script_mutex_, mutex_};
  script_ = std::move(script);
  calls_.clear();
}

std::size_t FaultProxy::release() {
  std::vector<Received> held;
  {
    const std::scoped_lock lock{mutex_};
    held.swap(held_);
  }
  for (const Received& received : held) (void)forward(received);
  return held.size();
}

int FaultProxy::calls(std::string_view operation) const {
  const std::scoped_lock lock{mutex_};
  const auto found = calls_.find(operation);
  return found == calls_.end() ? 0 : found->second;
}

int FaultProxy::calls() const {
  const std::scoped_lock lock{mutex_};
  int all = 0;
  for (const auto& [operation, count] : calls_) all += count;
  return all;
}

int FaultProxy::faults() const {
  const std::scoped_lock lock{mutex_};
  return faults_;
}

Fault FaultProxy::decide(const Received& received, std::string_view operation) {
  const std::scoped_lock script_lock{script_mutex_};
  int count = 0;
  {
    const std::scoped_lock lock{mutex_};
    count = ++calls_[std::string{operation}];
  }
  Fault fault = script_ ? script_({operation, count, received}) : Fault{};
  const std::scoped_lock lock{mutex_};
  if (fault.request != Fault::Request::forwarded || fault.answer != Fault::Answer::passed) ++faults_;
  if (fault.request == Fault::Request::held) held_.push_back(received);
  return fault;
}

HttpReply FaultProxy::answer(const Received& received) {
  const Fault fault = decide(received, operation_of(received));
  if (fault.answer == Fault::Answer::empty_page) return empty_page(received);
  Reply reply;
  if (fault.request == Fault::Request::forwarded) reply = forward(behind_empty_page(received));
  change(reply, fault);
  return reply;
}

FaultyStream& FaultProxy::shape_stream(const StreamFaults& faults) {
  auto stream = std::make_unique<FaultyStream>(options_, faults);
  const std::scoped_lock lock{mutex_};
  if (stream_) throw std::logic_error{"the stream has its shape already"};  // somebody may be in it
  stream_ = std::move(stream);
  return *stream_;
}

FaultyStream* FaultProxy::shaped() const {
  const std::scoped_lock lock{mutex_};
  return stream_.get();
}

HttpReply FaultProxy::forward(const Received& received) {
  FaultyStream* const stream = shaped();
  if (stream == nullptr) return forward_to_service(received);
  const std::string operation = operation_of(received);
  try {
    if (received.header("x-amz-target").starts_with("DynamoDBStreams_"))
      return stream->answer(operation, received.body);
    Reply reply = forward_to_service(received);
    if (operation != "DescribeTable") return reply;
    reply.body = stream->described(std::move(reply.body));
    reply.headers.erase("x-amz-crc32");
    return reply;
  } catch (const std::exception& e) {
    Reply reply;
    reply.status = 502;
    reply.body = e.what();
    return reply;
  }
}

HttpReply FaultProxy::forward_to_service(const Received& received) {
  http::Request request;
  request.method = "POST";
  request.url = options_.endpoint_url + "/";
  for (const char* name : {"content-type", "x-amz-target", "x-amz-date", "x-amz-security-token", "authorization"}) {
    if (std::string value = received.header(name); !value.empty()) request.headers.push_back({name, std::move(value)});
  }
  request.body = received.body;
  Reply reply;
  try {
    const http::Response response = client_.send(request);
    reply.status = response.status;
    reply.body = response.body;
    for (const char* name : {"content-type", "x-amz-crc32", "x-amzn-requestid", "date"}) {
      if (const auto value = response.header(name)) reply.headers[name] = *value;
    }
  } catch (const Error& e) {
    reply.status = 502;
    reply.body = e.what();
  }
  return reply;
}

/// DynamoDB's page without items has a last key all the same. This one's is a name for the query it belongs to: whoever
/// goes on from there gets that query's answer.
HttpReply FaultProxy::empty_page(const Received& received) {
  const Received whole = behind_empty_page(received);
  const std::scoped_lock lock{mutex_};
  const std::string name = "page-" + std::to_string(behind_.size()) + "-end";
  behind_[name] = whole.body;
  Reply reply;
  reply.body = R"({"Items":[],"Count":0,"ScannedCount":0,"LastEvaluatedKey":{"aggregateId":{"S":")" + name +
               R"("},"version":{"N":"0"}}})";
  return reply;
}

HttpReceived FaultProxy::behind_empty_page(const Received& received) {
  Received whole = received;
  const std::scoped_lock lock{mutex_};
  for (const auto& [name, body] : behind_) {
    if (received.body.find("\"" + name + "\"") != std::string::npos) whole.body = body;
  }
  return whole;
}

}  // namespace leftfold::test_dynamodb
