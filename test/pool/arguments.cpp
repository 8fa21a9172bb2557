// SPDX-License-Identifier: BSL-1.0
// How functions and their arguments travel.
#include "support/pool_on_loop.hpp"

#include <procpool/worker.hpp>

#include <array>
#include <cstdint>
#include <numeric>
#include <span>
#include <string_view>
#include <vector>

namespace procpool::test {
namespace {

double half(double x)
{
    return x / 2;
}

std::string join_all(std::string_view left, const std::string& right, char end) noexcept
{
    return std::string(left) + right + end;
}

std::int64_t sum(std::span<const int> numbers)
{
    return std::accumulate(numbers.begin(), numbers.end(), std::int64_t{0});
}

bool is_aligned(std::span<const double> numbers, char, std::span<const double> more)
{
    const auto aligned = [](const double* p) { return reinterpret_cast<std::uintptr_t>(p) % alignof(double) == 0; };
    return aligned(numbers.data()) && aligned(more.data());
}

struct point {
    int x;
    int y;
};

int distance(point a, const point& b, point&& c)
{
    return b.x - a.x + b.y - a.y + c.x;
}

/// A function object with state.
struct scale {
    int factor = 1;

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(factor);
    }
    int operator()(int x) const { return factor * x; }
};

struct overloaded {
    int operator()(int) const { return 1; }
    int operator()(const std::string&) const { return 2; }
};

int plus_three(int x)
{
    return x + 3;
}

class balance {
public:
    explicit balance(int amount) : amount_(amount) {}
    int amount() const { return amount_; }

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(amount_);
    }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<balance>& construct)
    {
        int amount = 0;
        archive(amount);
        construct(amount);
    }

private:
    int amount_;
};

struct own_pool : nothing_left_behind {
    procpool::pool pool{pool_options{.workers = 1}};
};

/// Registered before main, as a worker program's main would do before run_if_worker().
const bool registered = [] {
    int captured = 5;
    register_task("add captured", [captured](int x) { return x + captured; });
    return true;
}();

} // namespace

BOOST_FIXTURE_TEST_SUITE(pool_arguments, own_pool)

BOOST_AUTO_TEST_CASE(arguments_are_converted_to_the_types_of_the_parameters)
{
    BOOST_TEST(pool.async_submit(half, 7).get() == 3.5);
    BOOST_TEST(pool.async_submit(join_all, "left ", "right", 33).get() == "left right!");
    BOOST_TEST(pool.async_submit(join_all, std::string("a"), std::string("b"), 'c').get() == "abc");
}

BOOST_AUTO_TEST_CASE(views_are_read_in_place_and_aligned)
{
    const std::vector<int> numbers{1, 2, 3};
    const std::array<double, 2> doubles{1, 2};
    BOOST_TEST(pool.async_submit(sum, numbers).get() == 6);
    BOOST_TEST(pool.async_submit(sum, std::span<const int>()).get() == 0);
    BOOST_TEST(pool.async_submit(is_aligned, doubles, 'x', doubles).get());
}

BOOST_AUTO_TEST_CASE(arguments_need_not_outlive_the_call)
{
    future<std::int64_t> result;
    {
        std::vector<int> numbers(1000, 1);
        result = pool.async_submit(sum, numbers);
        numbers.assign(1000, 7);
    }
    BOOST_TEST(result.get() == 1000);
}

BOOST_AUTO_TEST_CASE(aggregates_travel_by_value_and_by_reference)
{
    BOOST_TEST(pool.async_submit(distance, point{1, 1}, point{3, 4}, point{10, 0}).get() == 15);
}

BOOST_AUTO_TEST_CASE(lambdas_that_capture_nothing_are_tasks)
{
    BOOST_TEST(pool.async_submit([](int x) { return -x; }, 4).get() == -4);
    BOOST_TEST(pool.async_submit([&](int x) { return -x; }, 4).get() == -4);
    BOOST_TEST(pool.async_submit([](int x) mutable { return ++x; }, 4).get() == 5);
    BOOST_TEST(pool.async_submit([](int x) noexcept { return x; }, 4).get() == 4);
    BOOST_TEST(pool.async_submit([](auto... all) { return sizeof...(all); }, 1, "two", 3.0).get() == 3u);
}

BOOST_AUTO_TEST_CASE(a_function_that_takes_anything_gets_decayed_arguments_and_literals_as_strings)
{
    const auto describe = [](auto text, const auto& number) {
        return std::is_same_v<decltype(text), std::string> && std::is_same_v<decltype(number), const int&>;
    };
    const int constant = 3;
    BOOST_TEST(pool.async_submit(describe, "literal", constant).get());
    BOOST_TEST(pool.async_submit(overloaded{}, 1).get() == 1);
    BOOST_TEST(pool.async_submit(overloaded{}, "text").get() == 2);
}

BOOST_AUTO_TEST_CASE(function_objects_travel_with_their_state)
{
    const scale triple{3};
    BOOST_TEST(pool.async_submit(triple, 5).get() == 15);
    BOOST_TEST(pool.async_submit(scale{4}, 5).get() == 20);
}

BOOST_AUTO_TEST_CASE(a_member_function_is_called_through_a_lambda)
{
    BOOST_TEST(pool.async_submit([](const scale& s, int x) { return s(x); }, scale{2}, 4).get() == 8);
}

BOOST_AUTO_TEST_CASE(a_task_object_may_be_submitted_many_times)
{
    const task made(plus_three, 4);
    BOOST_TEST(pool.async_submit(made).get() == 7);
    BOOST_TEST(pool.async_submit(submit_options{.priority = 1}, made).get() == 7);
}

BOOST_AUTO_TEST_CASE(a_task_may_be_called_by_its_name)
{
    BOOST_TEST(pool.async_submit(named_task<int(int)>("add captured"), 4).get() == 9);
    auto unknown = pool.async_submit(named_task<int(int)>("add nothing"), 4);
    BOOST_TEST(code_thrown_by([&] { unknown.get(); }) == make_error_code(errc::unknown_task));
    auto other_signature = pool.async_submit(named_task<int(double)>("add captured"), 4);
    BOOST_TEST(code_thrown_by([&] { other_signature.get(); }) == make_error_code(errc::unknown_task));
}

BOOST_AUTO_TEST_CASE(errors_of_asio_keep_their_meaning)
{
    const auto thrown_by = [&](auto fn) { return code_thrown_by([&] { pool.async_submit(fn).get(); }); };
    namespace errors = boost::asio::error;
    BOOST_TEST(thrown_by([] { throw boost::system::system_error(errors::eof); }) == errors::eof);
    BOOST_TEST(thrown_by([] { throw boost::system::system_error(errors::host_not_found); }) == errors::host_not_found);
    BOOST_TEST(thrown_by([] { throw boost::system::system_error(errors::timed_out); }) == errors::timed_out);
}

BOOST_AUTO_TEST_CASE(the_result_of_a_future_needs_no_default_constructor)
{
    BOOST_TEST(pool.async_submit([](int x) { return balance(x); }, 12).get().amount() == 12);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace procpool::test
