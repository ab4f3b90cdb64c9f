#include "Kernels.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

namespace bridge {

namespace {

at::Tensor rows(const at::Tensor &x) { return x.reshape({-1, x.size(-1)}); }

/* The type that products are computed in: the frozen weight's, or float32, see `widens`. The factors are brought to it, and
   their gradients come back in theirs. */
at::ScalarType product_type(const at::Tensor &weight) { return widens(weight) ? at::kFloat : weight.scalar_type(); }

struct LowRankLinear : torch::autograd::Function<LowRankLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
        const std::optional<at::Tensor> &bias, const at::Tensor &a, const at::Tensor &b, double scale) {
        const auto type = product_type(weight);
        const auto input = x.to(type);
        // Scaled while it is small, (rows, r).
        const auto reduced = at::mm(rows(input), a.to(type).t()).mul_(scale);
        const auto output =
            at::linear(input, weight.to(type), bias ? std::optional<at::Tensor>(bias->to(type)) : std::nullopt);
        output.view({-1, weight.size(0)}).addmm_(reduced, b.to(type).t());
        context->saved_data["scale"] = scale;
        context->save_for_backward({x, weight, a, b, reduced});
        return output.to(x.scalar_type());
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3], &reduced = saved[4];
        const auto type = product_type(weight);
        const auto gradient = rows(gradients[0]).to(type);
        const auto back = at::mm(gradient, b.to(type)).mul_(context->saved_data["scale"].toDouble());
        at::Tensor input;
        if (context->needs_input_grad(0)) {
            input = at::mm(gradient, weight.to(type)).addmm_(back, a.to(type)).view(x.sizes()).to(x.scalar_type());
        }
        return {
            input, at::Tensor(), at::Tensor(), at::mm(back.t(), rows(x).to(type)).to(a.scalar_type()),
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
