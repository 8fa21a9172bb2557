#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# expect_output.sh EXPECTED PROGRAM...: runs the program; fails with a diff unless it prints what EXPECTED holds and exits 0.
set -uo pipefail
output=$("${@:2}") || { echo "$2 ended with status $?"; exit 1; }
diff -u "$1" - <<<"$output"
