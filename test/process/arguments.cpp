// SPDX-License-Identifier: BSL-1.0
// What a process can run, and with which arguments.
#include "process/functions.hpp"
#include "support/left_behind.hpp"

#include <procpool/buffer.hpp>
#include <procpool/worker.hpp>

#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <numeric>
#include <vector>

namespace procpool::test {
namespace {

/// A file that travels.
struct file {
    std::shared_ptr<const detail::descriptor> fd;

    void save(writer& to) const { to.attach({fd, fd->get()}); }
    void load(reader& from) { fd = std::make_shared<const detail::descriptor>(from.take_descriptor()); }
};

struct details {
    std::string town = "nowhere";
    int height = 0;
};

/// What cannot be sent anywhere.
struct unsendable {
    unsendable* self = nullptr;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(process_arguments, nothing_left_behind)

BOOST_AUTO_TEST_CASE(a_process_runs_its_function_with_its_arguments)
{
    const mailbox sums;
    const auto add = [](const std::string& path, const std::vector<int>& numbers, int more) {
        tell(path, std::accumulate(numbers.begin(), numbers.end(), more));
    };
    process adder(add, sums.path(), std::vector{1, 2, 3}, 4);
    adder.start();
    adder.join();
    BOOST_TEST(sums.receive() == 10);
    BOOST_TEST(adder.exit_status()->str() == "exited with status 0");
    BOOST_TEST(adder.exit_code().value() == 0);
}

BOOST_AUTO_TEST_CASE(an_aggregate_stands_for_keyword_arguments)
{
    const auto check = [](const std::string& name, const details& more) {
        std::exit(name == "Ada" && more.town == "London" && more.height == 0 ? 0 : 10);
    };
    process one({.name = "one"}, check, "Ada", details{.town = "London"});
    BOOST_TEST(code_after(one) == 0);
}

BOOST_AUTO_TEST_CASE(what_the_function_returns_may_be_of_any_type_and_is_not_looked_at)
{
    process with_number([] { return 42; });
    process with_pointer([] { return unsendable{}; });
    BOOST_TEST(code_after(with_number) == 0);
    BOOST_TEST(code_after(with_pointer) == 0);
}

BOOST_AUTO_TEST_CASE(a_task_and_a_named_task_can_be_run_too)
{
    const mailbox pids;
    process made(task(tell_own_pid, pids.path()));
    BOOST_TEST(code_after(made) == 0);
    BOOST_TEST(pids.receive() == *made.pid());
    process unknown(process_options{.stderr_to = output::discard}, named_task<void(int)>("nobody"), 1);
    BOOST_TEST(code_after(unknown) == 1);
}

BOOST_AUTO_TEST_CASE(big_arguments_arrive_and_start_waits_for_nobody)
{
    const mailbox answers;
    const std::vector<int> big(4'000'000, 1);
    const std::string text(60'000, 'x'); // with the rest more than a pipe may hold
    const auto check = [](const std::string& path, const std::vector<int>& many, const std::string& some) {
        ::raise(SIGSTOP);
        tell(path, std::accumulate(many.begin(), many.end(), 0) + static_cast<int>(some.size()));
    };
    process one(check, answers.path(), big, text);
    const auto count = [](const std::string& path, const std::string& some, const std::string& more) {
        tell(path, static_cast<int>(some.size() + more.size()));
    };
    process other(count, answers.path(), text, std::string(5'000, 'y'));
    one.start();
    other.start();
    BOOST_TEST(answers.receive() == 65'000);
    while (one.is_alive() && answers.is_empty())
        one.send_signal(SIGCONT);
    one.join();
    BOOST_TEST(answers.receive() == 4'060'000);
}

BOOST_AUTO_TEST_CASE(a_buffer_is_shown_to_it)
{
    const mailbox answers;
    buffer<std::uint8_t> bytes(1'000'000);
    bytes.writable()[999'999] = 17;
    process one([](const std::string& path, buffer<std::uint8_t> seen) { tell(path, seen[999'999]); }, answers.path(),
                std::move(bytes));
    BOOST_TEST(code_after(one) == 0);
    BOOST_TEST(answers.receive() == 17);
}

BOOST_AUTO_TEST_CASE(descriptors_of_its_arguments_go_with_it)
{
    int ends[2] = {};
    BOOST_TEST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const detail::descriptor read_end(ends[0]);
    auto write_end = std::make_shared<const detail::descriptor>(ends[1]);
    const auto write_size = [](const std::string& big, const file& to) {
        const std::size_t size = big.size();
        std::exit(::write(to.fd->get(), &size, sizeof size) == sizeof size ? 0 : 10);
    };
    process writing(write_size, std::string(100'000, 'x'), file{std::move(write_end)});
    BOOST_TEST(code_after(writing) == 0);
    std::size_t told = 0;
    BOOST_TEST(::read(read_end.get(), &told, sizeof told) == static_cast<ssize_t>(sizeof told));
    BOOST_TEST(told == 100'000u);
    BOOST_TEST(::read(read_end.get(), &told, sizeof told) == 0); // no writer is left, here or there
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
