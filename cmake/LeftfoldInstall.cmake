# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts where, in three parts: library (the shared one), dev (what a program is built with) and
# tools (lfold). docs/guides/installing.md is its user's side.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

option(LEFTFOLD_INSTALL "Install leftfold with the project that contains it" ${PROJECT_IS_TOP_LEVEL})
set(LEFTFOLD_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/leftfold")

# leftfold_install_library(TARGET COMPONENT): installs it; find_package(leftfold COMPONENTS COMPONENT) brings it.
function(leftfold_install_library target component)
  get_property(components GLOBAL PROPERTY leftfold_components)
  if(NOT component IN_LIST components)
    set_property(GLOBAL APPEND PROPERTY leftfold_components ${component})
  endif()
  get_target_property(name ${target} EXPORT_NAME)
  if(NOT name STREQUAL "shared")  # what the modules stand for
    set_property(GLOBAL APPEND PROPERTY leftfold_modules ${name})
    set_property(GLOBAL APPEND PROPERTY leftfold_modules_${component} leftfold::${name})
  endif()
  if(LEFTFOLD_INSTALL)
    install(TARGETS ${target} EXPORT leftfold-${component}
            LIBRARY COMPONENT library NAMELINK_COMPONENT dev ARCHIVE COMPONENT dev)
  endif()
endfunction()

# leftfold_install_package(): after all modules; headers, configuration of CMake and pkg-config, licence.
function(leftfold_install_package)
  if(NOT LEFTFOLD_INSTALL)
    return()
  endif()
  get_property(components GLOBAL PROPERTY leftfold_components)
  set(modules_of_components)
  foreach(component IN LISTS components)
    install(EXPORT leftfold-${component} NAMESPACE leftfold:: DESTINATION ${LEFTFOLD_CMAKE_DIR} COMPONENT dev)
    get_property(modules GLOBAL PROPERTY leftfold_modules_${component})
    string(APPEND modules_of_components "set(_leftfold_modules_${component} ${modules})\n")
  endforeach()
  if(BUILD_SHARED_LIBS)
    set(shared ON)
  else()
    set(shared OFF)
  endif()
  configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/leftfoldConfig.cmake.in" leftfoldConfig.cmake
                                INSTALL_DESTINATION ${LEFTFOLD_CMAKE_DIR} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(leftfoldConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  leftfold_pkg_config()
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/leftfoldConfig.cmake" "${CMAKE_CURRENT_BINARY_DIR}/leftfoldConfigVersion.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/FindRdKafka.cmake" "${PROJECT_SOURCE_DIR}/cmake/FindHttplib.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/LeftfoldHandlers.cmake"
          DESTINATION ${LEFTFOLD_CMAKE_DIR} COMPONENT dev)
  install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/leftfold" DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT dev)
endfunction()

# leftfold_words_of_built(OUT FIRST MODULE=WORD...): FIRST, and the words of modules that are built, each once.
function(leftfold_words_of_built out first)
  set(words ${first})
  foreach(pair IN LISTS ARGN)
    string(REGEX MATCH "(.+)=(.+)" pair "${pair}")
    if(TARGET leftfold::${CMAKE_MATCH_1})
      list(APPEND words ${CMAKE_MATCH_2})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES words)
  set(${out} ${words} PARENT_SCOPE)
endfunction()

# leftfold.pc: everything that is built, testing apart. It finds its prefix from where it lies. Static libraries need
# what they link on every line; with the shared one that is its own business.
function(leftfold_pkg_config)
  file(RELATIVE_PATH prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" prefix "${prefix}")
  if(BUILD_SHARED_LIBS)
    set(libraries "-lleftfold")
    set(requires "")
  else()
    get_property(modules GLOBAL PROPERTY leftfold_modules)
    list(REMOVE_ITEM modules testing)
    list(REVERSE modules)  # those who use come before those who are used
    list(TRANSFORM modules PREPEND "-lleftfold_")
    list(JOIN modules " " libraries)
    leftfold_words_of_built(requires simdjson sqlite=sqlite3 http=libcurl http=libcrypto kafka=libcrypto dynamodb=zlib
                            kafka=rdkafka observe=cpp-httplib app=tomlplusplus)
    list(JOIN requires ", " requires)
  endif()
  configure_file("${PROJECT_SOURCE_DIR}/cmake/leftfold.pc.in" leftfold.pc @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/leftfold.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT dev)
endfunction()
