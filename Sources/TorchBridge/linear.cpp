#include "Kernels.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

namespace bridge {

namespace {

bool multiplies_bfloat16() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16");
#else
    return true;
#endif
}

at::Tensor wide(const at::Tensor &x) { return x.to(at::kFloat); }

std::optional<at::Tensor> wide(const std::optional<at::Tensor> &x) {
    return x ? std::optional<at::Tensor>(wide(*x)) : std::nullopt;
}

at::Tensor rows(const at::Tensor &x) { return x.reshape({-1, x.size(-1)}); }

/* What is saved stays as narrow as it is. */
struct WideLinear : torch::autograd::Function<WideLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
        const std::optional<at::Tensor> &bias) {
        context->saved_data["has_bias"] = bias.has_value();
        context->save_for_backward({weight.requires_grad() ? x : at::Tensor(), weight});
        return at::linear(wide(x), wide(weight), wide(bias)).to(x.scalar_type());
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1];
        const auto gradient = wide(gradients[0]);
        at::Tensor input, slope, shift;
        if (context->needs_input_grad(0)) {
            input = at::matmul(gradient, wide(weight)).to(gradients[0].scalar_type());
        }
        if (context->needs_input_grad(1)) {
            slope = at::mm(rows(gradient).t(), rows(wide(x))).to(weight.scalar_type());
        }
        if (context->saved_data["has_bias"].toBool() && context->needs_input_grad(2)) {
            shift = rows(gradient).sum(0).to(weight.scalar_type());
        }
        return {input, slope, shift};
    }
};

}  // namespace

bool widens(const at::Tensor &x) {
    static const bool is_native = multiplies_bfloat16();
    return !is_native && x.is_cpu() && x.scalar_type() == at::kBFloat16;
}

at::Tensor linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
    if (!widens(x) || weight.scalar_type() != x.scalar_type() || weight.dim() != 2) {
        return at::linear(x, weight, bias);
    }
    return WideLinear::apply(x, weight, bias);
}

}  // namespace bridge
