#include "Bridge.h"

#include <ATen/ops/where.h>

namespace bridge {

void add_indexing_functions(ct_api &table) {
    table.index_select = [](ct_tensor x, ct_size dimension, ct_tensor indices) {
        return make([&] { return x->value.index_select(dimension, indices->value); });
    };
    table.gather = [](ct_tensor x, ct_size dimension, ct_tensor indices) {
        return make([&] { return x->value.gather(dimension, indices->value); });
    };
    table.masked_fill = [](ct_tensor x, ct_tensor mask, double value) {
        return make([&] { return x->value.masked_fill(mask->value, scalar(value, x->value.scalar_type())); });
    };
    table.where = [](ct_tensor condition, ct_tensor a, ct_tensor b) {
        return make([&] { return at::where(condition->value, a->value, b->value); });
    };

    table.equal = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.eq(b->value); }); };
    table.less = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.lt(b->value); }); };
    table.greater = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.gt(b->value); }); };
    table.equal_scalar = [](ct_tensor a, double b) { return make([&] { return a->value.eq(b); }); };
    table.less_scalar = [](ct_tensor a, double b) { return make([&] { return a->value.lt(b); }); };
    table.greater_scalar = [](ct_tensor a, double b) { return make([&] { return a->value.gt(b); }); };
    table.logical_and = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.logical_and(b->value); }); };
    table.logical_or = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.logical_or(b->value); }); };
    table.logical_not = [](ct_tensor x) { return make([&] { return x->value.logical_not(); }); };
}

}  // namespace bridge
