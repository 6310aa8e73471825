# SPDX-License-Identifier: Apache-2.0
# After what CMake knows of Linux: libraries are the static ones.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
