// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <string>

namespace shared_module {

std::string who_am_i();
/// A lambda of that library.
std::string (*lambda())();

} // namespace shared_module
