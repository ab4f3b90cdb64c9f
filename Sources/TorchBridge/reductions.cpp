#include "Bridge.h"

#include <ATen/ops/linalg_vector_norm.h>

namespace bridge {

namespace {

std::optional<at::IntArrayRef> optional_sizes(const ct_size *values, ct_size count) {
    return values ? std::optional<at::IntArrayRef>(sizes(values, count)) : std::nullopt;
}

}  // namespace

void add_reduction_functions(ct_api &table) {
    table.sum = [](ct_tensor x, const ct_size *dimensions, ct_size count, bool keep) {
        return make([&] { return x->value.sum(optional_sizes(dimensions, count), keep); });
    };
    table.mean = [](ct_tensor x, const ct_size *dimensions, ct_size count, bool keep) {
        return make([&] { return x->value.mean(optional_sizes(dimensions, count), keep); });
    };
    table.max = [](ct_tensor x, ct_size dimension, bool keep, ct_tensor *values, ct_tensor *indices) {
        return attempt([&] {
            auto [largest, places] = x->value.max(dimension, keep);
            *values = new ct_tensor_(std::move(largest));
            *indices = new ct_tensor_(std::move(places));
        });
    };
    table.argmax = [](ct_tensor x, ct_size dimension, bool keep) {
        return make([&] { return x->value.argmax(dimension, keep); });
    };
    table.cumulative_sum = [](ct_tensor x, ct_size dimension) {
        return make([&] { return x->value.cumsum(dimension); });
    };

    table.norm = [](ct_tensor x, double *value) {
        return attempt([&] {
            *value = at::linalg_vector_norm(x->value.detach().to(at::kDouble), 2).item<double>();
        });
    };
    table.max_abs = [](ct_tensor x, double *value) {
        return attempt([&] {
            const auto tensor = x->value.detach();
            *value = tensor.numel() == 0 ? 0 : tensor.abs().max().item().toDouble();
        });
    };
    table.all_finite = [](ct_tensor x, bool *value) {
        return attempt([&] { *value = x->value.detach().isfinite().all().item<bool>(); });
    };
    table.all_zero = [](ct_tensor x, bool *value) {
        return attempt([&] { *value = !x->value.detach().any().item<bool>(); });
    };
}

}  // namespace bridge
