// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <procpool/detail/aggregate.hpp>
#include <procpool/detail/std_types.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace procpool::detail {

template <class... Types>
struct type_list {};

template <class List>
inline constexpr std::size_t count_of = 0;
template <class... Types>
inline constexpr std::size_t count_of<type_list<Types...>> = sizeof...(Types);

/// The types that a T is made of and that must be serializable too. cereal says that it can write a vector of anything;
/// this list is why a vector of raw pointers is refused. A user's type with functions of its own has no parts: it
/// knows.
template <class T>
struct parts {
    using type = type_list<>;
};

template <class... Types>
struct made_of {
    using type = type_list<Types...>;
};

/// An abstract class has no values of its own: cereal writes the objects of its derived classes, as registered.
template <class T>
struct pointee : made_of<std::remove_cv_t<T>> {};
template <class T>
    requires std::is_abstract_v<T>
struct pointee<T> : made_of<> {};

template <class T, std::size_t N>
struct parts<T[N]> : made_of<T> {};
template <class T, std::size_t N>
struct parts<std::array<T, N>> : made_of<T> {};
template <class T>
struct parts<std::atomic<T>> : made_of<T> {};
template <class T>
struct parts<std::complex<T>> : made_of<T> {};
template <class T>
struct parts<std::optional<T>> : made_of<T> {};
template <class T>
struct parts<std::valarray<T>> : made_of<T> {};
template <class T>
struct parts<std::shared_ptr<T>> : pointee<T> {};
template <class T>
struct parts<std::weak_ptr<T>> : pointee<T> {};
template <class T, class D>
struct parts<std::unique_ptr<T, D>> : pointee<T> {};
template <class T, class A>
struct parts<std::vector<T, A>> : made_of<T> {};
template <class T, class A>
struct parts<std::deque<T, A>> : made_of<T> {};
template <class T, class A>
struct parts<std::list<T, A>> : made_of<T> {};
template <class T, class A>
struct parts<std::forward_list<T, A>> : made_of<T> {};
template <class T, class C>
struct parts<std::stack<T, C>> : made_of<T> {};
template <class T, class C>
struct parts<std::queue<T, C>> : made_of<T> {};
template <class T, class C, class L>
struct parts<std::priority_queue<T, C, L>> : made_of<T, L> {};
template <class T, class L, class A>
struct parts<std::set<T, L, A>> : made_of<T> {};
template <class T, class L, class A>
struct parts<std::multiset<T, L, A>> : made_of<T> {};
template <class T, class H, class E, class A>
struct parts<std::unordered_set<T, H, E, A>> : made_of<T> {};
template <class T, class H, class E, class A>
struct parts<std::unordered_multiset<T, H, E, A>> : made_of<T> {};
template <class K, class T, class L, class A>
struct parts<std::map<K, T, L, A>> : made_of<K, T> {};
template <class K, class T, class L, class A>
struct parts<std::multimap<K, T, L, A>> : made_of<K, T> {};
template <class K, class T, class H, class E, class A>
struct parts<std::unordered_map<K, T, H, E, A>> : made_of<K, T> {};
template <class K, class T, class H, class E, class A>
struct parts<std::unordered_multimap<K, T, H, E, A>> : made_of<K, T> {};
template <class R, class P>
struct parts<std::chrono::duration<R, P>> : made_of<R> {};
template <class C, class D>
struct parts<std::chrono::time_point<C, D>> : made_of<D> {};
template <class A, class B>
struct parts<std::pair<A, B>> : made_of<A, B> {};
template <class... Types>
struct parts<std::tuple<Types...>> : made_of<Types...> {};
template <class... Types>
struct parts<std::variant<Types...>> : made_of<Types...> {};

template <class T, class Indices>
struct members;
template <class T, std::size_t... Index>
struct members<T, std::index_sequence<Index...>> : made_of<boost::pfr::tuple_element_t<Index, T>...> {};

template <transparent_aggregate T>
struct parts<T> : members<T, std::make_index_sequence<boost::pfr::tuple_size_v<T>>> {};

} // namespace procpool::detail
