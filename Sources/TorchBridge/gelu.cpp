#include "Kernels.h"
#include "Parallel.h"
#include "Vectors.h"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/mul.h>
#include <torch/csrc/autograd/custom_function.h>

namespace bridge {

namespace {

/* A function's value and its derivative. */
struct Graph {
    Floats value, slope;
};

/* x·Φ(x) and Φ(x) + x·φ(x) (Hendrycks and Gimpel, arXiv 1606.08415). */
INLINED Graph exact(Floats x) {
    const Floats phi = error_function(x * 0.70710678f) * 0.5f + 0.5f;
    const Floats density = exponential(x * x * -0.5f) * 0.39894228f;
    return {x * phi, phi + x * density};
}

/* With σ(2u) for (1 + tanh u) / 2, where u = √(2/π)·(x + 0.044715·x³). */
INLINED Graph by_tanh(Floats x) {
    const Floats square = x * x;
    const Floats twice = x * (square * 0.071354816f + 1.5957691f);
    const Floats share = 1.0f / (exponential(0.0f - twice) + 1.0f);
    const Floats inner = square * 0.21406445f + 1.5957691f;
    return {x * share, share + x * share * (1.0f - share) * inner};
}

/* The slopes are wanted where a gradient will be: then the backward pass is a product. */
template <typename T>
INLINED void apply(const T *x, T *value, T *slope, bool tanh_approximation, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += lanes) {
        const Floats input = load(x + i, end - i);
        const Graph result = tanh_approximation ? by_tanh(input) : exact(input);
        store(value + i, result.value, end - i);
        if (slope) {
            store(slope + i, result.slope, end - i);
        }
    }
}

VERSIONED void gelu_values(
    const float *x, float *value, float *slope, bool tanh_approximation, int64_t begin, int64_t end) {
    apply(x, value, slope, tanh_approximation, begin, end);
}

VERSIONED void gelu_values(
    const c10::BFloat16 *x, c10::BFloat16 *value, c10::BFloat16 *slope, bool tanh_approximation, int64_t begin,
    int64_t end) {
    apply(x, value, slope, tanh_approximation, begin, end);
}

/* - Parameter slope: undefined where it is not wanted. */
at::Tensor values(const at::Tensor &x, bool tanh_approximation, at::Tensor slope) {
    auto value = at::empty_like(x);
    // Threads begin at whole vectors, so that a thread's place in the work changes no number.
    const int64_t blocks = (x.numel() + lanes - 1) / lanes;
    for_type(x, [&](auto zero) {
        using T = decltype(zero);
        parallel_for(0, blocks, 512, [&](int64_t begin, int64_t end) {
            gelu_values(
                numbers<T>(x), writable<T>(value),
                slope.defined() ? writable<T>(slope) : nullptr, tanh_approximation, begin * lanes,
                std::min(end * lanes, x.numel()));
        });
    });
    return value;
}

struct GELU : torch::autograd::Function<GELU> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, bool tanh_approximation) {
        const auto input = x.contiguous();
        const auto slope = at::empty_like(input);
        context->save_for_backward({slope});
        return values(input, tanh_approximation, slope);
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        return {at::mul(gradients[0], context->get_saved_variables()[0]), at::Tensor()};
    }
};

}  // namespace

at::Tensor gelu(const at::Tensor &x, bool tanh_approximation) {
    if (!has_kernels(x)) {
        return at::gelu(x, tanh_approximation ? "tanh" : "none");
    }
    return records(x) ? GELU::apply(x, tanh_approximation) : values(x.contiguous(), tanh_approximation, {});
}

}  // namespace bridge
