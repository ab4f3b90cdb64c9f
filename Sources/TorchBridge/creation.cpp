#include "Bridge.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/randperm.h>
#include <c10/util/safe_numerics.h>

#include <cstring>

namespace bridge {

namespace {

/* Checked before anything is allocated. */
void require_bytes(ct_size byte_count, ct_dtype dtype, at::IntArrayRef shape) {
    uint64_t needed = c10::elementSize(scalar_type(dtype));
    for (const auto size : shape) {
        TORCH_CHECK(size >= 0, "the shape ", shape, " has a negative size");
        TORCH_CHECK(
            !c10::mul_overflows(needed, static_cast<uint64_t>(size), &needed), "the shape ", shape, " is too large");
    }
    TORCH_CHECK(
        needed == static_cast<uint64_t>(byte_count), "a ", scalar_type(dtype), " tensor of shape ", shape, " takes ",
        needed, " bytes, not ", byte_count);
}

}  // namespace

void add_creation_functions(ct_api &table) {
    table.from_bytes = [](const void *bytes, ct_size byte_count, ct_dtype dtype, const ct_size *shape, ct_size rank) {
        return make([&] {
            require_bytes(byte_count, dtype, sizes(shape, rank));
            auto tensor = at::empty(sizes(shape, rank), options(dtype, CT_CPU));
            if (byte_count > 0) {
                std::memcpy(tensor.mutable_data_ptr(), bytes, static_cast<size_t>(byte_count));
            }
            return tensor;
        });
    };
    table.from_memory = [](void *memory, ct_dtype dtype, const ct_size *shape, ct_size rank, void *context,
                           void (*release)(void *)) {
        return make([&] {
            return at::from_blob(
                memory, sizes(shape, rank), [context, release](void *) { release(context); }, options(dtype, CT_CPU));
        });
    };
    table.empty = [](const ct_size *shape, ct_size rank, ct_dtype dtype, ct_device device) {
        return make([&] { return at::empty(sizes(shape, rank), options(dtype, device)); });
    };
    table.full = [](const ct_size *shape, ct_size rank, double value, ct_dtype dtype, ct_device device) {
        return make([&] {
            return at::full(sizes(shape, rank), scalar(value, scalar_type(dtype)), options(dtype, device));
        });
    };
    table.arange = [](ct_size start, ct_size end, ct_size step, ct_dtype dtype, ct_device device) {
        return make([&] { return at::arange(start, end, step, options(dtype, device)); });
    };
    table.normal = [](const ct_size *shape, ct_size rank, double mean, double deviation, ct_dtype dtype,
                      ct_device device, ct_generator generator) {
        return make([&] {
            return at::empty(sizes(shape, rank), options(dtype, device)).normal_(mean, deviation, optional(generator));
        });
    };
    table.uniform = [](const ct_size *shape, ct_size rank, double low, double high, ct_dtype dtype, ct_device device,
                       ct_generator generator) {
        return make([&] {
            return at::empty(sizes(shape, rank), options(dtype, device)).uniform_(low, high, optional(generator));
        });
    };
    table.permutation = [](ct_size count, ct_generator generator) {
        return make([&] { return at::randperm(count, optional(generator), options(CT_INT64, CT_CPU)); });
    };
}

}  // namespace bridge
