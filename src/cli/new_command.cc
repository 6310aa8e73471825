// SPDX-License-Identifier: Apache-2.0
// The commands new event, new aggregate, new projector and new listener: files to begin with, in a project.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <leftfold/error.h>

#include "cli/commands.h"
#include "cli/cpp_names.h"
#include "cli/exit_code.h"
#include "cli/lfold_only.h"
#include "cli/stub_text.h"
#include "cli/templates.h"
#include "cli/written_files.h"

namespace leftfold::inline v0::cli {
namespace {

/// What all of them begin with: the name, checked, in a folder that looks like a project.
std::string name_of(const Context& context) {
  expect_lfold(context);
  const std::string& name = context.line.flags.rest.front();
  check_type_name(name);
  if (!std::filesystem::is_directory("src") || !std::filesystem::is_regular_file("CMakeLists.txt")) {
    throw Error{
        Errc::not_found,
        "here is no project: no src/ and CMakeLists.txt; go to the project's folder, or begin one with lfold init"};
  }
  return name;
}

std::vector<StubField> fields_of(const Context& context) {
  const Flags& flags = context.line.flags;
  return flags.count("--field") == 0 ? std::vector<StubField>{} : read_fields(flags.list("--field"));
}

std::string header_of(const std::string& type) { return snake_of(type) + ".h"; }

/// The stub of `file` for `type`, whose template calls it `stand_in`.
std::string stub(std::string_view file, const std::string& stand_in, const std::string& type) {
  std::string text{template_text("stubs/" + std::string{file})};
  return replaced(replaced(text, stand_in, type), snake_of(stand_in), snake_of(type));
}

/// What --of names, and its events as its header lists them.
struct Source {
  std::string aggregate;
  std::vector<std::string> events;
};

Source source_of(const Context& context) {
  Source source{context.line.flags.value("--of"), {}};
  if (source.aggregate.empty()) {
    throw UsageError{context.line.verb + " needs --of AGGREGATE: whose events it receives"};
  }
  check_type_name(source.aggregate);
  const std::string file = "src/" + header_of(source.aggregate);
  std::ifstream in{file};
  if (!in) {
    throw Error{Errc::not_found, "no file " + file + " for --of " + source.aggregate +
                                     "; make it with lfold new aggregate " + source.aggregate};
  }
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  source.events = events_of(text, source.aggregate);
  if (source.events.empty()) {
    throw Error{Errc::not_found, file + " has no line `using " + source.aggregate +
                                     "Events = leftfold::Events<...>;` with events in it"};
  }
  return source;
}

/// A handler's stub: as `text`, for the events of `source`.
std::string for_events(const std::string& text, const Source& source) {
  std::string result = with_events(text, source.events);
  result = replaced(result, "StubThingEvents", source.aggregate + "Events");
  return replaced(result, "\"stub_thing.h\"", "\"" + header_of(source.aggregate) + "\"");
}

int write(Context& context, const std::string& name, const std::vector<NewFile>& files,
          const std::vector<std::string>& next) {
  write_new_files(context, ".", files, JsonObject{}.text("name", name));
  hint(context, "next:");
  for (const std::string& line : next) hint(context, "  " + line);
  return kSuccess;
}

}  // namespace

int new_event(Context& context) {
  const std::string name = name_of(context);
  const std::string text = with_fields(stub("src/stub_event.h", "StubEvent", name), fields_of(context));
  return write(
      context, name, {{"src/" + header_of(name), text}},
      {"include \"" + header_of(name) + "\" where its aggregate is, add " + name + " to the aggregate's Events<...>",
       "and to its state: void apply(const " + name + "& e) { ... }"});
}

int new_aggregate(Context& context) {
  const std::string name = name_of(context);
  const std::string text = with_fields(stub("src/stub_thing.h", "StubThing", name), fields_of(context));
  return write(context, name,
               {{"src/" + header_of(name), text},
                {"tests/" + snake_of(name) + "_test.cc", stub("tests/stub_thing_test.cc", "StubThing", name)}},
               {"include \"" + header_of(name) + "\" in src/main.cc and add: app.aggregate<" + name + ">();",
                "cmake --build --preset dev && ctest --preset dev"});
}

int new_projector(Context& context) {
  const std::string name = name_of(context);
  const Source source = source_of(context);
  const std::string text = for_events(stub("src/stub_table.h", "StubTable", name), source);
  return write(
      context, name, {{"src/" + header_of(name), with_fields(text, fields_of(context))}},
      {"include \"" + header_of(name) + "\" in src/main.cc and add: app.projector<" + name + ">(app.read_tables());"});
}

int new_listener(Context& context) {
  const std::string name = name_of(context);
  const Source source = source_of(context);
  return write(context, name,
               {{"src/" + header_of(name), for_events(stub("src/stub_effect.h", "StubEffect", name), source)}},
               {"include \"" + header_of(name) + "\" in src/main.cc and add: app.listener<" + name + ">();"});
}

}  // namespace leftfold::inline v0::cli
