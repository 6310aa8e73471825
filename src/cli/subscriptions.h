// SPDX-License-Identifier: Apache-2.0
// Subscriptions as people name them: by the handler, or in full.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.h"

namespace leftfold::inline v0::cli {

/// The subscriptions of a program and of a store. "SendReceipt" is that of the handler SendReceipt in the group of the
/// settings, "example-group.SendReceipt" is it in full. The context and what was opened must outlive it.
class Subscriptions {
 public:
  /// Throws as the stores.
  Subscriptions(Context& context, const Opened& opened);

  /// The full name of what `word` names. Throws Error(not_found), with the nearest, for what is neither a handler of
  /// the program nor left any trace in the store.
  [[nodiscard]] std::string resolve(const std::string& word) const;
  /// The name as it is shown: without the group when it is that of the settings.
  [[nodiscard]] std::string shown(std::string_view subscription) const;
  /// The program's own handler of that subscription, or nullptr.
  [[nodiscard]] const HandlerInfo* handler(std::string_view subscription) const;
  /// The full names: handlers in their order, then the others.
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

 private:
  void add(std::string name);

  Context& context_;
  const Opened& opened_;
  std::string prefix_;  // "example-group."
  std::vector<HandlerInfo> handlers_;
  std::vector<std::string> names_;
};

}  // namespace leftfold::inline v0::cli
