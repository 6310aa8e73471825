# SPDX-License-Identifier: Apache-2.0
"""Conan 2 recipe of the checkout that it lies in: conan create packaging/conan"""
import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class LeftfoldConan(ConanFile):
    name = "leftfold"
    version = "0.1.0"
    description = "Event sourcing for C++20"
    license = "Apache-2.0"
    topics = ("event-sourcing", "cqrs", "sqlite", "dynamodb", "kafka")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False], "with_sqlite": [True, False],
               "with_dynamodb": [True, False], "with_kafka": [True, False], "with_lambda": [True, False],
               "with_http_server": [True, False], "with_cli": [True, False]}
    default_options = {"shared": False, "fPIC": True, "with_sqlite": True, "with_dynamodb": False, "with_kafka": False,
                       "with_lambda": False, "with_http_server": False, "with_cli": True}

    def export_sources(self):
        checkout = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "tools/*", "deploy/*"):
            copy(self, pattern, checkout, self.export_sources_folder)

    def config_options(self):
        if self.settings.os == "Windows":
            del self.options.fPIC

    def configure(self):
        if self.options.shared:
            self.options.rm_safe("fPIC")

    def requirements(self):
        self.requires("simdjson/[>=3.0 <4]")
        if self.options.with_sqlite:
            self.requires("sqlite3/[>=3.40 <4]")
        if self.options.with_dynamodb or self.options.with_lambda:
            self.requires("libcurl/[>=7.85 <9]")
        if self.options.with_dynamodb or self.options.with_lambda or self.options.with_kafka:
            self.requires("openssl/[>=3 <4]")
        if self.options.with_dynamodb:
            self.requires("zlib/[>=1.2.11 <2]")
        if self.options.with_kafka:
            self.requires("librdkafka/[>=2.0 <3]")
        if self.options.with_http_server:
            self.requires("cpp-httplib/[>=0.11 <1]")
        if self.options.with_cli:
            self.requires("tomlplusplus/[>=3.3 <4]")
            self.requires("cli11/[>=2.1 <3]")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for name in ("sqlite", "dynamodb", "kafka", "lambda", "http_server", "cli"):
            toolchain.cache_variables[f"LEFTFOLD_WITH_{name.upper()}"] = bool(self.options.get_safe(f"with_{name}"))
        for name in ("TESTS", "TOOLS", "EXAMPLES"):
            toolchain.cache_variables[f"LEFTFOLD_{name}"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_info(self):
        # leftfold's own configuration: it has the components and what each of them needs.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("lib", "cmake", "leftfold")]
