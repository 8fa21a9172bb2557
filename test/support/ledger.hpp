// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace procpool::test {

/// A byte for each task, in a file that many processes map: each task adds one to its own.
class ledger {
public:
    /// Makes the file.
    ledger(const std::filesystem::path& file, std::size_t size);
    /// Maps a file that another process made.
    explicit ledger(const std::filesystem::path& file);

    void add(std::size_t entry) noexcept;
    unsigned count(std::size_t entry) const noexcept { return bytes_.get()[entry]; }
    std::size_t size() const noexcept { return size_; }

private:
    void map(int fd);

    std::size_t size_;
    std::shared_ptr<unsigned char[]> bytes_;
};

/// For tasks: adds one to an entry of the ledger in that file; maps it at the first use.
void note(const std::string& ledger_file, std::size_t entry);

} // namespace procpool::test
