// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/reader.hpp>
#include <procpool/detail/writer.hpp>

namespace procpool::detail {

/// Archives to ask cereal with: they match every function that is written for any archive, for writer, or for reader,
/// but not the functions for aggregates, which depend on the answer.
struct output_probe : writer {
    using writer::writer;
};
struct input_probe : reader {
    using reader::reader;
};

} // namespace procpool::detail

CEREAL_REGISTER_ARCHIVE(procpool::writer)
CEREAL_REGISTER_ARCHIVE(procpool::reader)
CEREAL_SETUP_ARCHIVE_TRAITS(procpool::reader, procpool::writer)
CEREAL_SETUP_ARCHIVE_TRAITS(procpool::detail::input_probe, procpool::detail::output_probe)

namespace procpool::detail {

template <class T>
concept has_save = cereal::traits::is_output_serializable<T, output_probe>::value;

template <class T>
concept has_load = cereal::traits::is_input_serializable<T, input_probe>::value;

} // namespace procpool::detail
