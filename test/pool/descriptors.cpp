// SPDX-License-Identifier: BSL-1.0
// own executable
// Descriptors that go with a task's arguments.
#include "support/gate.hpp"
#include "support/pool_on_loop.hpp"

#include <procpool.hpp>

#include <boost/asio/use_awaitable.hpp>

#include <csignal>
#include <cstdlib>
#include <numeric>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace procpool::test {
namespace {

namespace asio = boost::asio;
using asio::awaitable;

/// A file that travels.
class file {
public:
    file() = default;
    explicit file(int fd, bool is_reopened = false)
        : fd_(std::make_shared<const detail::descriptor>(fd)),
          is_reopened_(is_reopened)
    {
    }
    int get() const { return fd_->get(); }

    void save(writer& to) const { to.attach({fd_, fd_->get(), is_reopened_}); }
    void load(reader& from) { fd_ = std::make_shared<const detail::descriptor>(from.take_descriptor()); }

private:
    std::shared_ptr<const detail::descriptor> fd_;
    bool is_reopened_ = false;
};

/// Attaches what cannot be sent: a number that is not open, or, reopened, a socket.
struct unsendable {
    bool is_socket = false;

    void save(writer& to) const
    {
        if (!is_socket)
            return to.attach({nullptr, -1});
        const auto end = std::make_shared<const detail::descriptor>(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        to.attach({end, end->get(), true});
    }
    void load(reader& from) { from.take_descriptor(); }
};

void take(const unsendable&) {}

file memory_file(bool is_reopened = false)
{
    return file(::memfd_create("test", MFD_CLOEXEC), is_reopened);
}

ino_t number_of(const file& which)
{
    struct stat seen {};
    ::fstat(which.get(), &seen);
    return seen.st_ino;
}

std::string text_of(const file& which)
{
    std::string text(100, '\0');
    text.resize(static_cast<std::size_t>(::pread(which.get(), text.data(), text.size(), 0)));
    return text;
}

void append(const file& to, const std::string& text)
{
    BOOST_TEST(::write(to.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

// Dies the first time.
ino_t number_at_the_second_try(const file& tries)
{
    append(tries, "x");
    if (text_of(tries).size() == 1)
        std::raise(SIGKILL);
    return number_of(tries);
}

ino_t number_beside(const file& which, const std::vector<int>& numbers, const file& other)
{
    return std::accumulate(numbers.begin(), numbers.end(), number_of(which) - number_of(other));
}

file pass_back(const file& which)
{
    return which;
}

std::size_t count(const std::vector<file>& files)
{
    return files.size();
}

std::string offset_of(const file& which)
{
    return std::to_string(::lseek(which.get(), 0, SEEK_CUR));
}

file kept;

void keep(const file& which)
{
    kept = which;
}

ino_t number_of_kept()
{
    return number_of(kept);
}

struct fails_with {
    boost::system::error_code code;
    std::string part;

    bool operator()(const boost::system::system_error& error) const
    {
        BOOST_TEST_MESSAGE(error.what());
        return error.code() == code && std::string(error.what()).find(part) != std::string::npos;
    }
};

const auto not_serializable = make_error_code(errc::not_serializable);

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_descriptors, pool_on_loop)

BOOST_AUTO_TEST_CASE(a_descriptor_goes_with_a_task)
{
    const auto sent = memory_file();
    run([&]() -> awaitable<void> {
        co_await pool->async_submit(append, sent, "written by the worker");
        BOOST_TEST(text_of(sent) == "written by the worker");
    });
}

BOOST_AUTO_TEST_CASE(several_go_with_one_task_also_inside_of_other_values)
{
    run([&]() -> awaitable<void> {
        BOOST_TEST(co_await pool->async_submit(count, std::vector(100, memory_file())) == 100u);
        BOOST_TEST(code_thrown_by([&] { pool->async_submit(count, std::vector(254, memory_file())); }) ==
                   make_error_code(errc::not_serializable));
    });
}

BOOST_AUTO_TEST_CASE(they_go_beside_big_payloads)
{
    const auto one = memory_file();
    const auto other = memory_file();
    const std::vector<int> numbers(1'000'000, 1);
    run([&]() -> awaitable<void> {
        for (int round = 0; round != 3; ++round)
            BOOST_TEST(co_await pool->async_submit(number_beside, one, numbers, other) ==
                       number_of(one) - number_of(other) + numbers.size());
    });
}

BOOST_AUTO_TEST_CASE(they_go_again_with_a_task_that_is_tried_again)
{
    const auto sent = memory_file();
    run([&]() -> awaitable<void> {
        BOOST_TEST(co_await pool->async_submit(submit_options{.retries = 1}, number_at_the_second_try, sent) ==
                   number_of(sent));
        BOOST_TEST(text_of(sent) == "xx");
    });
}

// The socket takes those of less than 300. Each file is another one, so that none can be taken for another.
BOOST_AUTO_TEST_CASE(more_can_wait_for_a_worker_than_the_socket_to_it_holds)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1});
    run([&]() -> awaitable<void> {
        for (int i = 0; i != 200; ++i) // short ones, so that many are sent ahead
            co_await pool->async_submit([] {});
        auto holding = pool->async_submit(hold, held.path());
        co_await held.async_next();
        std::vector<file> files;
        std::vector<future<ino_t>> numbers;
        for (int i = 0; i != 600; ++i) {
            files.push_back(memory_file());
            numbers.push_back(pool->async_submit(number_of, files.back()));
        }
        held.open();
        co_await std::move(holding);
        for (std::size_t i = 0; i != files.size(); ++i)
            BOOST_TEST(co_await std::move(numbers[i]) == number_of(files[i]));
    });
}

// What was sent ahead to the worker that is held goes to the other one.
BOOST_AUTO_TEST_CASE(they_go_elsewhere_with_a_task_that_was_taken_back)
{
    gate held(context.get_executor());
    run([&]() -> awaitable<void> {
        std::vector<future<pid_t>> holding;
        for (int i = 0; i != 2; ++i)
            holding.push_back(pool->async_submit(hold, held.path()));
        co_await held.async_next();
        co_await held.async_next();
        std::vector<file> files;
        std::vector<future<ino_t>> numbers;
        for (int i = 0; i != 40; ++i) {
            files.push_back(memory_file());
            numbers.push_back(pool->async_submit(number_of, files.back()));
        }
        held.open();
        for (std::size_t i = 0; i != files.size(); ++i)
            BOOST_TEST(co_await std::move(numbers[i]) == number_of(files[i]));
        held.open();
        for (auto& each : holding)
            co_await std::move(each);
    });
}

BOOST_AUTO_TEST_CASE(those_of_a_cancelled_task_are_passed_over)
{
    gate held(context.get_executor());
    pool.emplace(context, pool_options{.workers = 1});
    run([&]() -> awaitable<void> {
        auto holding = pool->async_submit(hold, held.path());
        co_await held.async_next();
        const auto sent = memory_file();
        auto cancelled = pool->async_submit(number_of, sent);
        cancelled.cancel();
        held.open();
        co_await std::move(holding);
        const auto other = memory_file();
        BOOST_TEST(co_await pool->async_submit(number_of, other) == number_of(other));
    });
}

BOOST_AUTO_TEST_CASE(a_reopened_one_shares_no_open_file_description)
{
    const auto shared = memory_file();
    const auto reopened = memory_file(true);
    append(shared, "12345");
    append(reopened, "12345");
    run([&]() -> awaitable<void> {
        BOOST_TEST(co_await pool->async_submit(offset_of, shared) == "5");
        BOOST_TEST(co_await pool->async_submit(offset_of, reopened) == "0");
        BOOST_TEST(co_await pool->async_submit(text_of, reopened) == "12345");
    });
}

BOOST_AUTO_TEST_CASE(where_the_worker_has_no_room_for_them_the_task_fails_with_a_sentence)
{
    pool.emplace(context, pool_options{.workers = 1, .worker = {.limits = {.open_files = 30}}});
    run([&]() -> awaitable<void> {
        auto refused = pool->async_submit(count, std::vector(100, memory_file()));
        try {
            co_await std::move(refused);
            BOOST_ERROR("there was room");
        } catch (const boost::system::system_error& error) {
            BOOST_TEST(error.code() == make_error_code(errc::too_many_descriptors));
            BOOST_TEST(std::string(error.what()).find("100 descriptors") != std::string::npos);
        }
        BOOST_TEST(co_await pool->async_submit(count, std::vector(10, memory_file())) == 10u);
    });
}

BOOST_AUTO_TEST_CASE(a_result_with_a_descriptor_is_refused_with_a_sentence)
{
    run([&]() -> awaitable<void> {
        auto refused = pool->async_submit(pass_back, memory_file());
        try {
            co_await std::move(refused);
            BOOST_ERROR("it was sent");
        } catch (const boost::system::system_error& error) {
            BOOST_TEST(error.code() == make_error_code(errc::not_serializable));
            BOOST_TEST(std::string(error.what()).find("as an argument, not as a result") != std::string::npos);
        }
    });
}

BOOST_AUTO_TEST_CASE(they_go_with_an_initializer_too)
{
    const auto sent = memory_file();
    for (const auto how : {start_method::spawn, start_method::forkserver}) {
        pool.emplace(context, pool_options{.start = how, .initializer = task(keep, sent)});
        run([&]() -> awaitable<void> { BOOST_TEST(co_await pool->async_submit(number_of_kept) == number_of(sent)); });
    }
}

BOOST_AUTO_TEST_CASE(they_go_to_each_worker_with_a_broadcast)
{
    const auto sent = memory_file();
    run([&]() -> awaitable<void> {
        co_await pool->async_submit([] {});
        auto all = pool->broadcast(append, sent, "x");
        for (auto& each : all)
            co_await std::move(each);
        BOOST_TEST(!all.empty());
        BOOST_TEST(text_of(sent) == std::string(all.size(), 'x'));
    });
}

BOOST_AUTO_TEST_CASE(they_go_with_tasks_and_the_initializer_in_this_process_too)
{
    const auto sent = memory_file();
    const auto reopened = memory_file(true);
    append(sent, "12345");
    append(reopened, "12345");
    pool.emplace(context, pool_options{.start = start_method::inline_, .initializer = task(keep, sent)});
    run([&]() -> awaitable<void> {
        BOOST_TEST(co_await pool->async_submit(number_of_kept) == number_of(sent));
        BOOST_TEST(co_await pool->async_submit(offset_of, sent) == "5");
        BOOST_TEST(co_await pool->async_submit(offset_of, reopened) == "0");
    });
    kept = {};
}

BOOST_AUTO_TEST_CASE(an_element_that_is_mapped_can_have_none_and_a_sentence_says_so)
{
    run([&]() -> awaitable<void> {
        auto mapping = pool->async_map(number_of, std::vector(3, memory_file()), asio::use_awaitable);
        try {
            co_await std::move(mapping);
            BOOST_ERROR("it was sent");
        } catch (const boost::system::system_error& error) {
            BOOST_TEST((fails_with{not_serializable, "element"}(error)));
        }
    });
}

BOOST_AUTO_TEST_CASE(one_that_cannot_be_sent_fails_its_task_with_a_sentence)
{
    for (const auto how : {start_method::spawn, start_method::inline_}) {
        pool.emplace(context, pool_options{.workers = 1, .start = how});
        run([&]() -> awaitable<void> {
            for (const bool is_socket : {false, true}) {
                auto failing = pool->async_submit(take, unsendable{is_socket});
                co_await failing.async_wait(asio::use_awaitable);
                BOOST_CHECK_EXCEPTION(failing.get(), boost::system::system_error,
                                      (fails_with{not_serializable, "descriptor"}));
            }
            const auto sent = memory_file();
            BOOST_TEST(co_await pool->async_submit(number_of, sent) == number_of(sent));
        });
    }
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
