# SPDX-License-Identifier: Apache-2.0
# leftfold_module(NAME [USES module...] [LINK target...]): one static library a module, `leftfold::NAME`.
# Sources are the *.cc of src/NAME and its folders; USES are the modules its row in src/README.md allows, LINK is
# third party (private: no third-party type may appear in a public header). A module that its option leaves out is not linked.
include_guard(GLOBAL)
find_package(Threads REQUIRED)

add_library(leftfold_warnings INTERFACE)
target_compile_options(leftfold_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                       $<$<BOOL:${LEFTFOLD_WERROR}>:-Werror>
                       # g++ 12 warns of std::string's own operator+ (GCC bug 105329)
                       $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
if(LEFTFOLD_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # its manual: sanitizers make this warning find what is not there
    target_compile_options(leftfold_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
  add_compile_options(-fsanitize=${LEFTFOLD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${LEFTFOLD_SANITIZE})
endif()

function(leftfold_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "USES;LINK")
  foreach(used IN LISTS arg_USES)
    if(NOT TARGET leftfold_${used})
      list(REMOVE_ITEM arg_USES ${used})
    endif()
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc"
       "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*/*.cc")
  if(NOT sources)  # a module of headers alone
    add_library(leftfold_${name} INTERFACE)
    add_library(leftfold::${name} ALIAS leftfold_${name})
    list(TRANSFORM arg_USES PREPEND leftfold::)
    target_compile_features(leftfold_${name} INTERFACE cxx_std_20)
    target_include_directories(leftfold_${name} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
    target_link_libraries(leftfold_${name} INTERFACE ${arg_USES})
    return()
  endif()
  add_library(leftfold_${name} STATIC ${sources})
  add_library(leftfold::${name} ALIAS leftfold_${name})
  target_compile_features(leftfold_${name} PUBLIC cxx_std_20)
  target_include_directories(leftfold_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM arg_USES PREPEND leftfold::)
  target_link_libraries(leftfold_${name} PUBLIC ${arg_USES} Threads::Threads PRIVATE ${arg_LINK}
                        $<BUILD_INTERFACE:leftfold_warnings>)
  # Visible by default: public headers have no macros, so none that exports; and a program shows its static leftfold to
  # the handler libraries that it loads. Calls inside stay direct all the same.
  target_compile_options(leftfold_${name} PRIVATE -fno-semantic-interposition)
  set_target_properties(leftfold_${name} PROPERTIES EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
endfunction()
