#include "Bridge.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>

namespace bridge {

void add_shape_functions(ct_api &table) {
    table.reshape = [](ct_tensor x, const ct_size *shape, ct_size rank) {
        return make([&] { return x->value.reshape(sizes(shape, rank)); });
    };
    table.expand = [](ct_tensor x, const ct_size *shape, ct_size rank) {
        return make([&] { return x->value.expand(sizes(shape, rank)); });
    };
    table.permute = [](ct_tensor x, const ct_size *dimensions, ct_size rank) {
        return make([&] { return x->value.permute(sizes(dimensions, rank)); });
    };
    table.transpose = [](ct_tensor x, ct_size a, ct_size b) { return make([&] { return x->value.transpose(a, b); }); };
    table.unsqueeze = [](ct_tensor x, ct_size dimension) {
        return make([&] { return x->value.unsqueeze(dimension); });
    };
    table.squeeze = [](ct_tensor x, ct_size dimension) { return make([&] { return x->value.squeeze(dimension); }); };
    table.flatten = [](ct_tensor x, ct_size first, ct_size last) {
        return make([&] { return x->value.flatten(first, last); });
    };
    table.narrow = [](ct_tensor x, ct_size dimension, ct_size start, ct_size length) {
        return make([&] { return x->value.narrow(dimension, start, length); });
    };
    table.select = [](ct_tensor x, ct_size dimension, ct_size index) {
        return make([&] { return x->value.select(dimension, index); });
    };
    table.concatenate = [](const ct_tensor *handles, ct_size count, ct_size dimension) {
        return make([&] { return at::cat(tensors(handles, count), dimension); });
    };
    table.stack = [](const ct_tensor *handles, ct_size count, ct_size dimension) {
        return make([&] { return at::stack(tensors(handles, count), dimension); });
    };
    table.split = [](ct_tensor x, const ct_size *part_sizes, ct_size count, ct_size dimension, ct_tensor *parts) {
        return attempt([&] {
            auto values = x->value.split_with_sizes(sizes(part_sizes, count), dimension);
            for (size_t i = 0; i < values.size(); ++i) {
                parts[i] = new ct_tensor_(std::move(values[i]));
            }
        });
    };
    table.upper_triangle = [](ct_tensor x, ct_size diagonal) { return make([&] { return x->value.triu(diagonal); }); };
    table.lower_triangle = [](ct_tensor x, ct_size diagonal) { return make([&] { return x->value.tril(diagonal); }); };
}

}  // namespace bridge
