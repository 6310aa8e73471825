# SPDX-License-Identifier: Apache-2.0
# leftfold_module(NAME [USES module...] [LINK target...] [HEADERS target...] [DEFINE name...] [SOURCES file...]
#   [COMPONENT name]): a module, `leftfold::NAME`.
# Sources are the *.cc of src/NAME and its folders, and SOURCES; USES are the modules its row in src/README.md
# allows, LINK is third party, HEADERS the same without a library (both private: no third-party type may appear in a public
# header). COMPONENT is where find_package(leftfold) has it (default: NAME). A module that its option leaves out is not
# linked.
# A module is a static library. With BUILD_SHARED_LIBS all of them, testing apart, are one shared library, and the
# modules are names for it: handlers in libraries and the program that loads them then share one copy of everything.
include_guard(GLOBAL)
include(LeftfoldInstall)
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

if(BUILD_SHARED_LIBS)
  add_library(leftfold_shared SHARED)
  add_library(leftfold::shared ALIAS leftfold_shared)
  if(PROJECT_VERSION_MAJOR EQUAL 0)  # before 1.0 each minor version has an ABI of its own
    set(soversion 0.${PROJECT_VERSION_MINOR})
  else()
    set(soversion ${PROJECT_VERSION_MAJOR})
  endif()
  set_target_properties(leftfold_shared PROPERTIES OUTPUT_NAME leftfold EXPORT_NAME shared LINKER_LANGUAGE CXX
                        VERSION ${PROJECT_VERSION} SOVERSION ${soversion})
  target_compile_features(leftfold_shared PUBLIC cxx_std_20)
  target_include_directories(leftfold_shared
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(leftfold_shared PUBLIC Threads::Threads)
  leftfold_install_library(leftfold_shared core)
endif()

# How the sources of a module are compiled, whatever becomes of them.
function(leftfold_module_sources target uses)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC ${uses} Threads::Threads PRIVATE ${arg_LINK} $<BUILD_INTERFACE:${arg_HEADERS}>
                        $<BUILD_INTERFACE:leftfold_warnings>)
  target_compile_definitions(${target} PRIVATE ${arg_DEFINE})
  # Visible by default: public headers have no macros, so none that exports; and a program shows its static leftfold to
  # the handler libraries that it loads. Calls inside stay direct all the same.
  target_compile_options(${target} PRIVATE -fno-semantic-interposition)
  set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
endfunction()

function(leftfold_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "COMPONENT" "USES;LINK;HEADERS;DEFINE;SOURCES")
  if(NOT arg_COMPONENT)
    set(arg_COMPONENT ${name})
  endif()
  foreach(used IN LISTS arg_USES)
    if(NOT TARGET leftfold_${used})
      list(REMOVE_ITEM arg_USES ${used})
    endif()
  endforeach()
  list(TRANSFORM arg_USES PREPEND leftfold::)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cc"
       "${CMAKE_CURRENT_SOURCE_DIR}/${name}/*/*.cc")
  list(APPEND sources ${arg_SOURCES})
  if(BUILD_SHARED_LIBS AND NOT name STREQUAL "testing")
    add_library(leftfold_${name}_objects OBJECT ${sources})
    leftfold_module_sources(leftfold_${name}_objects "")
    target_sources(leftfold_shared PRIVATE $<TARGET_OBJECTS:leftfold_${name}_objects>)
    target_link_libraries(leftfold_shared PRIVATE ${arg_LINK})
    add_library(leftfold_${name} INTERFACE)
    target_link_libraries(leftfold_${name} INTERFACE leftfold::shared)
  else()
    add_library(leftfold_${name} STATIC ${sources})
    leftfold_module_sources(leftfold_${name} "${arg_USES}")
  endif()
  add_library(leftfold::${name} ALIAS leftfold_${name})
  set_target_properties(leftfold_${name} PROPERTIES EXPORT_NAME ${name})
  leftfold_install_library(leftfold_${name} ${arg_COMPONENT})
endfunction()
