// SPDX-License-Identifier: Apache-2.0
// A projector's transaction on the file of its read model.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <leftfold/error.h>
#include <leftfold/read_model.h>

#include "sqlite/read_model_file.h"
#include "sqlite/thread_files.h"

namespace leftfold::inline v0::sqlite {

/// One batch of a projector. One thread.
class ProjectorTransaction final : public ReadModelTransaction {
 public:
  /// `redirect`: sends the thread's statements to `file` until the end.
  ProjectorTransaction(std::shared_ptr<ReadModelFile> file, std::string_view subscription,
                       ThreadFiles::Redirect redirect = {})
      : file_{std::move(file)}, subscription_{subscription}, hold_{file_->enter()}, redirect_{std::move(redirect)} {
    file_->begin();
    try {
      if (const auto done = file_->checkpoint(subscription_)) checkpoint_ = Position{*done};
    } catch (...) {
      file_->rollback();
      throw;
    }
    file_->set_transaction_here(true);
  }
  ProjectorTransaction(const ProjectorTransaction&) = delete;
  ProjectorTransaction& operator=(const ProjectorTransaction&) = delete;
  ~ProjectorTransaction() override { end(); }

  std::optional<Position> checkpoint() const override { return checkpoint_; }

  std::optional<Version> handled(std::string_view projector, std::string_view aggregate_id) const override {
    check_open();
    return file_->handled(projector, aggregate_id);
  }
  std::vector<HandledVersion> all_handled(std::string_view projector) const override {
    check_open();
    return file_->all_handled(projector);
  }
  void set_handled(std::string_view projector, std::string_view aggregate_id, Version version) override {
    check_open();
    file_->set_handled(projector, aggregate_id, version);
  }
  void forget_handled(std::string_view projector, std::string_view aggregate_id) override {
    check_open();
    file_->forget_handled(projector, aggregate_id);
  }

  void commit(Position done) override {
    if (ended_) {
      throw Error{Errc::invalid_argument,
                  "read model transaction of \"" + subscription_ + "\": committed twice; begin another"};
    }
    try {
      if (file_->writer().connection().in_transaction()) file_->set_checkpoint(subscription_, done.value());
      file_->commit();
    } catch (...) {
      end();
      throw;
    }
    end();
  }

 private:
  // After one of the projector's statements failed SQLite may have undone all: what is written then would stand alone.
  void check_open() const {
    if (!ended_ && file_->writer().connection().in_transaction()) return;
    throw Error{Errc::unavailable, "read model transaction of \"" + subscription_ + "\": it is over; begin another"};
  }

  void end() noexcept {
    if (std::exchange(ended_, true)) return;
    file_->rollback();  // nothing is left to undo after a commit
    file_->set_transaction_here(false);
    redirect_.end();
    hold_.leave();
  }

  std::shared_ptr<ReadModelFile> file_;
  std::string subscription_;
  WriterGate::Hold hold_;
  ThreadFiles::Redirect redirect_;
  std::optional<Position> checkpoint_;
  bool ended_ = false;
};

}  // namespace leftfold::inline v0::sqlite
