// SPDX-License-Identifier: BSL-1.0
#pragma once

namespace procpool::worker {

/// Does once what opens files at its first use: throws and catches, walks the stack, makes a locale, formats, asks for
/// the local time. Behind a closed sandbox the first use would fail.
void warm_up();

} // namespace procpool::worker
