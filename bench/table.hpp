// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <map>
#include <ostream>
#include <string>

/// What each benchmark measured: the median of its repetitions.
using figures = std::map<std::string, double>;

/// Prints the comparison as Markdown. Lines of which a side was not measured are left out.
void print_tables(std::ostream& to, const figures& measured);
