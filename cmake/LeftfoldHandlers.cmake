# SPDX-License-Identifier: Apache-2.0
# Handlers in libraries that a program loads while it runs. Both sides must share one copy of leftfold: the library
# brings none, the program shows its own.
#   leftfold_handler_library(NAME source...)  a library to load, libNAME.so
#   leftfold_handler_host(TARGET)             TARGET, a program, can load such libraries
# Usable where leftfold is built and after find_package(leftfold).
include_guard(GLOBAL)

# Uses leftfold's headers and links nothing of it: what it calls is looked up in the program that loads it.
function(leftfold_handler_library name)
  add_library(${name} MODULE ${ARGN})
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_include_directories(${name} PRIVATE $<TARGET_PROPERTY:leftfold::base,INTERFACE_INCLUDE_DIRECTORIES>)
  # Hidden: two libraries, or a library and its program, may have types of one name, each its own view of an event. What
  # templates make of them would else be one in the whole process (STB_GNU_UNIQUE), that of the first. What the library
  # calls in leftfold is not hidden by it, and libstdc++ compares exceptions' types by name.
  set_target_properties(${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# Links all of leftfold that is built, testing apart. From static libraries a program takes only what it calls itself;
# a handler may call the rest, so the whole archives go in.
function(leftfold_handler_host target)
  target_link_libraries(${target} PRIVATE leftfold::leftfold)
  set_target_properties(${target} PROPERTIES ENABLE_EXPORTS ON)
  set(archives)
  foreach(module IN ITEMS base json core memory resilience runtime sqlite http aws dynamodb kafka lambda observe app cli)
    if(TARGET leftfold::${module})
      get_target_property(type leftfold::${module} TYPE)
      if(type STREQUAL "STATIC_LIBRARY")
        string(APPEND archives " $<TARGET_FILE:leftfold::${module}>")
      endif()
    endif()
  endforeach()
  if(archives)
    # One option, or CMake would drop repeated words. The archives stand in the line a second time, where they add nothing.
    target_link_options(${target} PRIVATE "SHELL:LINKER:--whole-archive${archives} LINKER:--no-whole-archive")
  endif()
endfunction()
