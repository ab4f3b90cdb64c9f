#include "Kernels.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

namespace bridge {

namespace {

at::Tensor rows(const at::Tensor &x) { return x.reshape({-1, x.size(-1)}); }

/* The factors are rounded to the type that the frozen weight computes in, and their gradients come back in theirs. */
struct LowRankLinear : torch::autograd::Function<LowRankLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
        const std::optional<at::Tensor> &bias, const at::Tensor &a, const at::Tensor &b, double scale) {
        const auto type = weight.scalar_type();
        const auto input = rows(x);
        // Scaled while it is small, (rows, r).
        const auto reduced = at::mm(input, a.to(type).t()).mul_(scale);
        const auto output = at::linear(x, weight, bias);
        output.view({-1, weight.size(0)}).addmm_(reduced, b.to(type).t());
        context->saved_data["scale"] = scale;
        context->save_for_backward({x, weight, a, b, reduced});
        return output;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3], &reduced = saved[4];
        const auto type = weight.scalar_type();
        const auto gradient = rows(gradients[0]);
        const auto back = at::mm(gradient, b.to(type)).mul_(context->saved_data["scale"].toDouble());
        at::Tensor input;
        if (context->needs_input_grad(0)) {
            input = at::mm(gradient, weight).addmm_(back, a.to(type)).view(x.sizes());
        }
        return {
            input, at::Tensor(), at::Tensor(), at::mm(back.t(), rows(x)).to(a.scalar_type()),
            at::mm(gradient.t(), reduced).to(b.scalar_type()), at::Tensor()};
    }
};

}  // namespace

at::Tensor low_rank_linear(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, const at::Tensor &a,
    const at::Tensor &b, double scale) {
    return LowRankLinear::apply(x, weight, bias, a, b, scale);
}

}  // namespace bridge
