/* What the files of the bridge share: handles, and the wall that no C++ exception passes.

   Each family of functions is one file, which sets its fields of the table; api.cpp puts them together. */
#ifndef BRIDGE_H
#define BRIDGE_H

#include "CTorch.h"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <atomic>
#include <exception>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

struct ct_tensor_ {
    at::Tensor value;

    explicit ct_tensor_(at::Tensor tensor) : value(std::move(tensor)) { ++live; }
    ~ct_tensor_() { --live; }

    ct_tensor_(const ct_tensor_ &) = delete;
    ct_tensor_ &operator=(const ct_tensor_ &) = delete;

    static std::atomic<ct_size> live;
};

struct ct_generator_ {
    at::Generator value;
};

namespace bridge {

static_assert(std::is_same_v<ct_size, int64_t>, "sizes are handed to LibTorch as they are");

/* Keeps the exception that is being handled as this thread's message. */
void remember_exception() noexcept;
const char *last_message() noexcept;

/* Runs what makes a tensor; NULL if it throws. */
template <typename Body>
ct_tensor make(Body &&body) noexcept {
    try {
        return new ct_tensor_(body());
    } catch (...) {
        remember_exception();
        return nullptr;
    }
}

/* Runs what makes nothing; non-zero if it throws. */
template <typename Body>
int32_t attempt(Body &&body) noexcept {
    try {
        body();
        return 0;
    } catch (...) {
        remember_exception();
        return 1;
    }
}

inline at::IntArrayRef sizes(const ct_size *values, ct_size count) {
    return at::IntArrayRef(values, static_cast<size_t>(count));
}

/* The tensors behind handles. */
std::vector<at::Tensor> tensors(const ct_tensor *handles, ct_size count);

inline std::optional<at::Tensor> optional(ct_tensor handle) {
    return handle ? std::optional<at::Tensor>(handle->value) : std::nullopt;
}

inline std::optional<double> optional(const double *value) {
    return value ? std::optional<double>(*value) : std::nullopt;
}

inline std::optional<at::Generator> optional(ct_generator handle) {
    return handle ? std::optional<at::Generator>(handle->value) : std::nullopt;
}

at::ScalarType scalar_type(ct_dtype dtype);
/* -1 for a type that the interface doesn't know. */
ct_dtype dtype_code(at::ScalarType type);
at::Device device(ct_device device);
at::TensorOptions options(ct_dtype dtype, ct_device device);

/* The number as an operand of a tensor of this type: a whole number is an integer beside integers, so that it
   doesn't turn them into fractions. */
at::Scalar scalar(double value, at::ScalarType type);

void add_library_functions(ct_api &table);
void add_creation_functions(ct_api &table);
void add_value_functions(ct_api &table);
void add_arithmetic_functions(ct_api &table);
void add_shape_functions(ct_api &table);
void add_indexing_functions(ct_api &table);
void add_reduction_functions(ct_api &table);
void add_network_functions(ct_api &table);
void add_quantization_functions(ct_api &table);
void add_gradient_functions(ct_api &table);
void add_recomputation_functions(ct_api &table);
void add_optimizer_functions(ct_api &table);
void add_random_functions(ct_api &table);

}  // namespace bridge

#endif
