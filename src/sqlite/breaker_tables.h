// The tables of shared circuit breakers.
#pragma once

namespace leftfold::sqlite {

inline constexpr const char* kBreakerTables = "";

}  // namespace leftfold::sqlite
