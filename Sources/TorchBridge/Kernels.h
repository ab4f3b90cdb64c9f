/* What is computed here rather than by LibTorch, because a step of training on the CPU is mostly this: each function
   is the composition that its name says, in one pass forward and one backward. */
#ifndef KERNELS_H
#define KERNELS_H

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace torch::autograd {
struct AutogradContext;
}

namespace bridge {

/* Whether the kernels know this kind of tensor; what they don't know goes through LibTorch. */
inline bool has_kernels(const at::Tensor &x) {
    return x.is_cpu() && x.layout() == at::kStrided && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

/* The first element. (The templates of at::Tensor have other names in LibTorch's compiler than in this one.) */
template <typename T>
const T *numbers(const at::Tensor &x) {
    return static_cast<const T *>(x.const_data_ptr());
}

template <typename T>
T *writable(const at::Tensor &x) {
    return static_cast<T *>(x.mutable_data_ptr());
}

/* Calls the body with a number of the tensor's type. */
template <typename Body>
void for_type(const at::Tensor &x, Body &&body) {
    if (x.scalar_type() == at::kBFloat16) {
        body(c10::BFloat16());
    } else {
        body(0.0f);
    }
}

/* How many rows a thread takes at least. */
inline int64_t grain(int64_t width) { return std::max<int64_t>(1, 16384 / std::max<int64_t>(1, width)); }

/* Whether products of this type are computed in float32 and rounded once: those of bfloat16 on a processor that has no
   instructions for them, where LibTorch's take several times as long, and those for gradients tens of times. */
bool widens(const at::Tensor &x);

/* Whether a gradient will be asked for through one of these. */
template <typename... Tensors>
bool records(const Tensors &...x) {
    return c10::GradMode::is_enabled() && (x.requires_grad() || ...);
}

/* While training; draws from LibTorch's generator of the CPU. */
at::Tensor dropout(const at::Tensor &x, double probability);

/* x·Φ(x), or its form by tanh. */
at::Tensor gelu(const at::Tensor &x, bool tanh_approximation);

/* layer_norm(dropout(x) + residual) over the last dimension. */
at::Tensor dropout_add_layer_norm(
    const at::Tensor &x, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
    double probability, double eps);

/* As at::scaled_dot_product_attention. */
at::Tensor attention(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value, const std::optional<at::Tensor> &mask,
    double probability, bool causal, std::optional<double> scale, bool grouped);

/* x·Wᵀ + b. */
at::Tensor linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

/* A frozen matrix (rows, columns) in few bits; `CTorch.h` says what the parts are. */
struct Quantized {
    int32_t kind;
    int64_t rows, columns;
    std::vector<at::Tensor> parts;
};

/* The matrix of float32 or bfloat16. */
at::Tensor dequantized(const Quantized &weight, at::ScalarType type);
/* The same in memory of this thread's, which holds it until the thread asks for the next: for a product, whose result keeps
   nothing of it. Allocated anew among what is kept for gradients, such large blocks would leave holes that the next of them
   doesn't fit into, together as large as all the weights. */
at::Tensor borrowed(const Quantized &weight, at::ScalarType type);

/* x·Wᵀ + b, with gradients for x and b. */
at::Tensor linear(const at::Tensor &x, const Quantized &weight, const std::optional<at::Tensor> &bias);

/* x·Wᵀ + b + (scale·x·Aᵀ)·Bᵀ, with gradients for x, A and B alone. */
at::Tensor low_rank_linear(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, const at::Tensor &a,
    const at::Tensor &b, double scale);
at::Tensor low_rank_linear(
    const at::Tensor &x, const Quantized &weight, const std::optional<at::Tensor> &bias, const at::Tensor &a,
    const at::Tensor &b, double scale);

/* A quantized weight among what a function keeps for its gradients. */
void keep(torch::autograd::AutogradContext &context, const Quantized &weight, std::vector<at::Tensor> others);
/* What `keep` kept; `others` are there in their order. */
Quantized kept(const torch::autograd::AutogradContext &context, std::vector<at::Tensor> &others);

}  // namespace bridge

#endif
