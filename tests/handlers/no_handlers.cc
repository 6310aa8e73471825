// SPDX-License-Identifier: Apache-2.0
// A library, but none of handlers.
extern "C" int answer();
int answer() { return 42; }
