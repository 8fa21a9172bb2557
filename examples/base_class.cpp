// SPDX-License-Identifier: BSL-1.0
// An argument, and a result, that point to a base class.
// [base_class]
#include <procpool.hpp>

#include <iostream>
#include <memory>
#include <vector>

struct shape {
    virtual ~shape() = default;
    virtual double area() const = 0;
};

struct square : shape {
    double side = 1;

    double area() const override { return side * side; }

    template <class Archive>
    void serialize(Archive& archive)
    {
        archive(side);
    }
};

CEREAL_REGISTER_TYPE(square)
CEREAL_REGISTER_POLYMORPHIC_RELATION(shape, square)

std::unique_ptr<shape> largest(std::vector<std::unique_ptr<shape>> shapes)
{
    std::unique_ptr<shape> found;
    for (auto& each : shapes)
        if (!found || each->area() > found->area())
            found = std::move(each);
    return found;
}

int main()
{
    procpool::run_if_worker();
    procpool::pool pool({.workers = 1});

    std::vector<std::unique_ptr<shape>> shapes;
    for (const double side : {1, 3, 2}) {
        auto made = std::make_unique<square>();
        made->side = side;
        shapes.push_back(std::move(made));
    }
    std::cout << pool.async_submit(largest, std::move(shapes)).get()->area() << '\n';
}
// [/base_class]
