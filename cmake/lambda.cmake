# SPDX-License-Identifier: Apache-2.0
# Toolchain of lambda-event-publisher and of the libraries in it (preset lambda, scripts/lambda_libs): x86-64, one file
# without any shared library, since Lambda's system has an older C library than Debian 12. Position independent all the
# same, so that its addresses are random.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE here)
list(PREPEND CMAKE_PREFIX_PATH "${here}/../build/lambda-libs/prefix")
list(APPEND CMAKE_MODULE_PATH "${here}/../build/lambda-libs/prefix/lib/cmake/RdKafka")  # it brings FindLZ4
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
set(CMAKE_USER_MAKE_RULES_OVERRIDE "${here}/lambda_static.cmake")
set(OPENSSL_USE_STATIC_LIBS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(sections "-ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2")
set(CMAKE_C_FLAGS_INIT "${sections}")
set(CMAKE_CXX_FLAGS_INIT "${sections}")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static-pie -Wl,--gc-sections")
