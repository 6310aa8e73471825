// SPDX-License-Identifier: Apache-2.0
#include "cli/rows.h"

#include <utility>

#include "cli/envelope.h"

namespace leftfold::inline v0::cli {

Rows::Rows(Context& context, std::string_view key, std::vector<Column> columns)
    : context_{context}, table_{std::move(columns), context.out.columns, context.out.color} {
  if (context_.json) out_.write(std::string{kEnvelopeStart} + "{\"" + std::string{key} + "\":[");
}

void Rows::add(std::vector<std::string> cells, const JsonObject& object) {
  if (context_.json) {
    out_.write((size_ == 0 ? "\n" : ",\n") + object.str());
  } else {
    table_.add(std::move(cells));
  }
  ++size_;
}

void Rows::flush() {
  if (context_.json) return;
  out_.write(table_.take());
  out_.flush();
}

void Rows::end(const JsonObject& more, const std::string& rest) {
  if (context_.json) {
    const std::string members = more.members();
    out_.write("]" + (members.empty() ? "" : "," + members) + "}" + rest);
    context_.envelope_written = true;
  } else {
    out_.write(table_.take());
  }
  out_.flush();
}

void Rows::finish(const JsonObject& more) { end(more, envelope_end()); }

void Rows::fail(std::string_view code, std::string_view message, const JsonObject& more) {
  end(more, envelope_end(code, message));
}

}  // namespace leftfold::inline v0::cli
