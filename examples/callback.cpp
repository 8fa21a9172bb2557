// SPDX-License-Identifier: BSL-1.0
//
// Callbacks on the program's own event loop. Each gets what its task threw, or the result.
//
//     build/dev/examples/callback
#include <procpool.hpp>

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

std::size_t count_words(std::string_view text) // shows the bytes of the call in place
{
    if (text.empty())
        throw std::invalid_argument("there is no text");
    std::size_t words = 0;
    bool inside = false;
    for (const char c : text) {
        words += c != ' ' && !inside;
        inside = c != ' ';
    }
    return words;
}

std::string describe(const std::exception_ptr& failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    }
}

} // namespace

int main()
{
    procpool::run_if_worker();
    boost::asio::io_context loop;
    procpool::pool pool(loop);

    std::map<std::string, std::string> report;
    // [callback]
    for (const std::string text : {"one", "to be or not to be", ""})
        pool.async_submit(count_words, text, [&report, text](std::exception_ptr failure, std::size_t words) {
            report[text] = failure ? describe(failure) : std::to_string(words); // words is 0 if it failed
        });
    pool.close(); // what was submitted is finished; then the workers end, and run() returns
    loop.run();
    // [/callback]
    for (const auto& [text, words] : report)
        std::cout << '"' << text << "\": " << words << '\n';
}
