#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# configure.sh ROOT CXX BOOST_DIR: procpool in projects that bring cereal themselves, or choose no build type. Nothing is
# built.
set -uo pipefail
root=$1
compiler=$2
boost=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# configure NAME SOURCE [OPTION...]: configures the project in a folder of that name; keeps what CMake says.
configure() {
    cmake -G Ninja -S "$2" -B "$scratch/$1" -D CMAKE_CXX_COMPILER="$compiler" -D Boost_DIR="$boost" "${@:3}" \
        >"$scratch/$1.log" 2>&1
}

# has NAME VARIABLE VALUE: the cache of the build says so.
has() {
    grep -qxE "$2:[A-Z]+=$3" "$scratch/$1/CMakeCache.txt" || fail "$1" "$2 is not '$3'"
}

fail() {
    cat "$scratch/$1.log"
    echo "$1: $2"
    exit 1
}

mkdir -p "$scratch/parent"
cat >"$scratch/parent/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(parent LANGUAGES CXX)
add_library(cereal INTERFACE) # as FetchContent_MakeAvailable() leaves it
add_library(cereal::cereal ALIAS cereal)
add_subdirectory($root procpool)
END
configure subproject "$scratch/parent" || fail subproject 'cereal of the parent project is refused'
has subproject CMAKE_BUILD_TYPE ''
[[ ! -e $scratch/subproject/procpool/procpoolConfig.cmake ]] || fail subproject 'it is installed with the parent'

configure alone "$root" || fail alone 'procpool cannot be configured'
has alone CMAKE_BUILD_TYPE Release
[[ -e $scratch/alone/procpoolConfig.cmake ]] || fail alone 'it is not installed'

configure debug "$root" -D CMAKE_BUILD_TYPE=Debug || fail debug 'procpool cannot be configured'
has debug CMAKE_BUILD_TYPE Debug

# cereal 1.3.0 installs no version file. The system's own cereal must not be found in its place.
mkdir "$scratch/old"
echo 'add_library(cereal::cereal INTERFACE IMPORTED)' >"$scratch/old/cereal-config.cmake"
configure old_cereal "$root" -D cereal_DIR="$scratch/old" \
    -D CMAKE_MAKE_PROGRAM="$(command -v ninja)" \
    -D CMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF -D CMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF && fail old_cereal 'cereal 1.3.0 is taken'
grep -q '1\.3\.1' "$scratch/old_cereal.log" || fail old_cereal 'the version that is needed is not said'

# As libc++ before version 18. After the correction it must work in the same folder.
configure no_stop_token "$root" -D CMAKE_CXX_FLAGS=-nostdinc++ && fail no_stop_token 'no std::stop_token is no error'
grep -q 'needs std::stop_token' "$scratch/no_stop_token.log" || fail no_stop_token 'what is missing is not said'
configure no_stop_token "$root" -D CMAKE_CXX_FLAGS= || fail no_stop_token 'the correction is not seen'
