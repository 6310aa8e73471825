# SPDX-License-Identifier: Apache-2.0
# An overlay port of the checkout that it lies in: vcpkg install leftfold --overlay-ports=packaging/vcpkg/ports
cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE here)
cmake_path(SET SOURCE_PATH NORMALIZE "${here}/../../../..")

vcpkg_check_features(OUT_FEATURE_OPTIONS feature_options FEATURES
  sqlite LEFTFOLD_WITH_SQLITE
  dynamodb LEFTFOLD_WITH_DYNAMODB
  kafka LEFTFOLD_WITH_KAFKA
  lambda LEFTFOLD_WITH_LAMBDA
  http-server LEFTFOLD_WITH_HTTP_SERVER
  cli LEFTFOLD_WITH_CLI)
vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS ${feature_options}
  -DLEFTFOLD_TESTS=OFF -DLEFTFOLD_TOOLS=OFF -DLEFTFOLD_EXAMPLES=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/leftfold)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
file(INSTALL "${CURRENT_PORT_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
