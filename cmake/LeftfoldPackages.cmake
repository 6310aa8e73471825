# SPDX-License-Identifier: Apache-2.0
# CPack: Debian packages of the three parts of an installation, and one archive of everything. scripts/package drives it.
set(CPACK_PACKAGE_VENDOR "leftfold")
set(CPACK_PACKAGE_CONTACT "leftfold maintainers <maintainers@leftfold.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/packages")
set(CPACK_ARCHIVE_COMPONENT_INSTALL OFF)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX "/usr")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)

set(CPACK_COMPONENTS_ALL dev)
set(CPACK_COMPONENT_DEV_DESCRIPTION "Headers and libraries to build programs with.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libleftfold-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
if(BUILD_SHARED_LIBS)
  list(PREPEND CPACK_COMPONENTS_ALL library)
  get_target_property(soversion leftfold_shared SOVERSION)
  set(library_package libleftfold${soversion})
  set(CPACK_COMPONENT_LIBRARY_DESCRIPTION "The shared library of all modules.")
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_NAME ${library_package})
  set(CPACK_DEBIAN_LIBRARY_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
  set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
  # lfold's package needs the library's: dpkg-shlibdeps has to find it while nothing is installed.
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS "${PROJECT_BINARY_DIR}")
  set(CPACK_COMPONENT_DEV_DEPENDS library)
  set(CPACK_COMPONENT_TOOLS_DEPENDS library)
  set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${library_package}
          RENAME copyright COMPONENT library)
else()
  # What leftfoldConfig.cmake looks for; the shared library keeps that to itself.
  leftfold_words_of_built(depends libsimdjson-dev sqlite=libsqlite3-dev http=libcurl4-openssl-dev http=libssl-dev
                          kafka=libssl-dev dynamodb=zlib1g-dev kafka=librdkafka-dev observe=libcpp-httplib-dev
                          app=libtomlplusplus-dev)
  list(JOIN depends ", " CPACK_DEBIAN_DEV_PACKAGE_DEPENDS)
endif()
install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libleftfold-dev
        RENAME copyright COMPONENT dev)

if(TARGET lfold)
  list(APPEND CPACK_COMPONENTS_ALL tools)
  set(CPACK_COMPONENT_TOOLS_DESCRIPTION "lfold: begins programs, looks into stores, moves and publishes events.")
  set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME leftfold-tools)
  set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION database)
  install(FILES "${PROJECT_SOURCE_DIR}/LICENSE" DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/leftfold-tools
          RENAME copyright COMPONENT tools)
endif()
include(CPack)
