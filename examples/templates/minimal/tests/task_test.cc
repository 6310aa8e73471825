// SPDX-License-Identifier: Apache-2.0
#include "task.h"

#include <leftfold/testing/given.h>

#include "run_tests.h"

using leftfold::testing::given;

int main() {
  return run_tests({
      {"a task is opened with a title",
       [] {
         given<Task>().when([](Task& task) { task.open("write the manual"); }).then(TaskOpened{"write the manual"});
       }},
      {"a task without a title is refused",
       [] { given<Task>().when([](Task& task) { task.open(""); }).then_throws<leftfold::Error>("needs a title"); }},
      {"what is done cannot be done again",
       [] {
         given<Task>(TaskOpened{"write the manual"}, TaskDone{})
             .when([](Task& task) { task.finish(); })
             .then_throws<leftfold::Error>("is not open");
       }},
  });
}
