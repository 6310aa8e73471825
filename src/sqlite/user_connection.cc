// SPDX-License-Identifier: Apache-2.0
#include <cstring>
#include <string>
#include <utility>

#include <leftfold/error.h>

#include "sqlite/failure.h"
#include "sqlite/read_model_file.h"
#include "sqlite/schema.h"

namespace leftfold::inline v0::sqlite {
namespace {

constexpr std::size_t kMostKeptStatements = 256;

[[noreturn]] void refuse(std::string_view file, std::string_view reason, std::string_view sql) {
  throw Error{Errc::invalid_argument,
              std::string{file} + ": " + std::string{reason} + "; the statement is: " + std::string{sql}};
}

}  // namespace

UserConnection::UserConnection(const std::filesystem::path& file, Access access, std::chrono::milliseconds lock_timeout)
    : connection_{file, access, lock_timeout} {}

void UserConnection::guard() {
  guards_store_ = is_store(connection_);
  guarded_ = true;
  sqlite3_set_authorizer(connection_.handle(), &authorize, this);
}

bool UserConnection::is_own_table(std::string_view name) const {
  if (name.starts_with("leftfold_")) return true;
  return guards_store_ && is_store_table(name);
}

int UserConnection::authorize(void* self, int action, const char* first, const char* second, const char*,
                              const char*) noexcept {
  auto& connection = *static_cast<UserConnection*>(self);
  if (!connection.guarded_) return SQLITE_OK;
  const auto deny = [&](const char* reason) {
    connection.refusal_ = reason;
    return SQLITE_DENY;
  };
  switch (action) {
    case SQLITE_TRANSACTION:
    case SQLITE_SAVEPOINT:
      return deny("a read model's transactions are leftfold's: no BEGIN, COMMIT, ROLLBACK or SAVEPOINT");
    case SQLITE_ATTACH:
    case SQLITE_DETACH: return deny("ATTACH, DETACH and VACUUM cannot be used in a read model");
    case SQLITE_PRAGMA: return deny("PRAGMA cannot be used in a read model");
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_DROP_TABLE:
    case SQLITE_CREATE_TABLE:
    case SQLITE_ALTER_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_DROP_INDEX:
    case SQLITE_CREATE_TRIGGER:
    case SQLITE_DROP_TRIGGER: {
      const bool named_second = action != SQLITE_INSERT && action != SQLITE_UPDATE && action != SQLITE_DELETE &&
                                action != SQLITE_DROP_TABLE && action != SQLITE_CREATE_TABLE;
      const char* table = named_second ? second : first;
      if (table != nullptr && connection.is_own_table(table)) {
        return deny("the tables of leftfold are not written by projectors; choose another name");
      }
      return SQLITE_OK;
    }
    default: return SQLITE_OK;
  }
}

Statement UserConnection::take(std::string_view sql) {
  const auto kept = kept_.find(sql);
  if (kept != kept_.end()) {
    Statement statement = std::move(kept->second);
    kept_.erase(kept);
    return statement;
  }
  sqlite3_stmt* handle = nullptr;
  const char* rest = nullptr;
  refusal_ = nullptr;
  const char* end = sql.data() + sql.size();
  int result = sqlite3_prepare_v3(connection_.handle(), sql.data(), static_cast<int>(sql.size()),
                                  SQLITE_PREPARE_PERSISTENT, &handle, &rest);
  if (result != SQLITE_OK) {
    if ((result & 0xff) == SQLITE_AUTH && refusal_ != nullptr) refuse(connection_.file(), refusal_, sql);
    throw failure(connection_.handle(), result, connection_.file(), sql);
  }
  Statement statement{connection_, handle};
  if (handle == nullptr) refuse(connection_.file(), "there is no statement in the text", sql);
  // Another statement after the first, but not white space or a comment. It is not run, so its errors do not matter.
  sqlite3_stmt* second = nullptr;
  if (rest != nullptr && rest < end) {
    result = sqlite3_prepare_v3(connection_.handle(), rest, static_cast<int>(end - rest), 0, &second, nullptr);
    sqlite3_finalize(second);
    if (second != nullptr || result != SQLITE_OK) {
      refuse(connection_.file(), "there is more than one statement in the text; run them one by one", sql);
    }
  }
  return statement;
}

void UserConnection::put_back(std::string_view sql, Statement statement) {
  if (kept_.size() >= kMostKeptStatements) kept_.clear();
  kept_.insert_or_assign(std::string{sql}, std::move(statement));
}

}  // namespace leftfold::inline v0::sqlite
