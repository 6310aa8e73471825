#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <string>

#include <leftfold/dynamodb_changes.h>
#include <leftfold/error.h>

#include "core/in_quotes.h"
#include "dynamodb/change_record.h"
#include "dynamodb/wire.h"

namespace leftfold {
namespace {

namespace ondemand = simdjson::ondemand;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw Error{Errc::invalid_data, "the invocation's payload" + where + ": " + what};
}

void check_source(ondemand::object& record) {
  std::string_view source;
  if (record.find_field_unordered("eventSource").get_string().get(source) == simdjson::SUCCESS &&
      source != "aws:dynamodb") {
    throw Error{Errc::invalid_data, "it comes from " + detail::in_quotes(source) +
                                        "; let the function read the stream of a DynamoDB table alone"};
  }
}

ondemand::array records_of(ondemand::document& document) {
  ondemand::object root;
  if (document.get_object().get(root) != simdjson::SUCCESS) fail("", "it is no JSON object");
  ondemand::array records;
  if (root.find_field_unordered("Records").get_array().get(records) != simdjson::SUCCESS) {
    fail("", "it has no array Records; let the function be invoked by an event source mapping of a DynamoDB stream");
  }
  return records;
}

}  // namespace

ChangePage read_dynamodb_event(std::string_view payload, Timestamp now) {
  thread_local ondemand::parser parser;
  const simdjson::padded_string padded{payload};
  ondemand::document document;
  if (const auto error = parser.iterate(padded).get(document)) fail("", simdjson::error_message(error));
  ChangePage page;
  std::size_t index = 0;
  for (auto element : records_of(document)) {
    const std::string where = ", Records[" + std::to_string(index++) + "]";
    ondemand::object record;
    if (const auto error = element.get_object().get(record)) {
      fail(where, error == simdjson::INCORRECT_TYPE ? "it is no object" : simdjson::error_message(error));
    }
    try {
      check_source(record);
      if (const auto created = dynamodb::add_change(page, record)) {
        page.behind = std::max(std::chrono::milliseconds{0}, now - *created);  // of the last, which is the newest
      }
    } catch (const Error& error) {
      fail(where, error.what());
    }
  }
  return page;
}

}  // namespace leftfold
