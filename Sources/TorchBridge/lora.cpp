#include "Kernels.h"

#include <ATen/ops/linear.h>
#include <ATen/ops/mm.h>
#include <torch/csrc/autograd/custom_function.h>

#include <tuple>

namespace bridge {

namespace {

at::Tensor rows(const at::Tensor &x) { return x.reshape({-1, x.size(-1)}); }

/* The type that products are computed in: the frozen weight's, or float32, see `widens`. The factors are brought to it, and
   their gradients come back in theirs. */
at::ScalarType product_type(const at::Tensor &x) { return widens(x) ? at::kFloat : x.scalar_type(); }

/* The output, and scale·x·Aᵀ, which gradients need. The weight is of the products' type. */
std::tuple<at::Tensor, at::Tensor> output_of(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, const at::Tensor &a,
    const at::Tensor &b, double scale) {
    const auto type = weight.scalar_type();
    const auto input = x.to(type);
    // Scaled while it is small, (rows, r).
    const auto reduced = at::mm(rows(input), a.to(type).t()).mul_(scale);
    const auto output = at::linear(input, weight, bias ? std::optional<at::Tensor>(bias->to(type)) : std::nullopt);
    output.view({-1, weight.size(0)}).addmm_(reduced, b.to(type).t());
    return {output.to(x.scalar_type()), reduced};
}

/* Gradients of x, which is undefined where nobody needs it, A and B. `weight` gives W in the products' type. */
template <typename Weight>
std::tuple<at::Tensor, at::Tensor, at::Tensor> gradients_of(
    bool needs_input, const at::Tensor &output_gradient, const at::Tensor &x, const at::Tensor &a, const at::Tensor &b,
    const at::Tensor &reduced, double scale, at::ScalarType type, const Weight &weight) {
    const auto gradient = rows(output_gradient).to(type);
    const auto back = at::mm(gradient, b.to(type)).mul_(scale);
    at::Tensor input;
    if (needs_input) {
        input = at::mm(gradient, weight()).addmm_(back, a.to(type)).view(x.sizes()).to(x.scalar_type());
    }
    return {
        input, at::mm(back.t(), rows(x).to(type)).to(a.scalar_type()),
        at::mm(gradient.t(), reduced).to(b.scalar_type())};
}

struct LowRankLinear : torch::autograd::Function<LowRankLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &weight,
        const std::optional<at::Tensor> &bias, const at::Tensor &a, const at::Tensor &b, double scale) {
        const auto [output, reduced] = output_of(x, weight.to(product_type(weight)), bias, a, b, scale);
        context->saved_data["scale"] = scale;
        context->save_for_backward({x, weight, a, b, reduced});
        return output;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3], &reduced = saved[4];
        const auto type = product_type(weight);
        const auto [input, a_gradient, b_gradient] = gradients_of(
            context->needs_input_grad(0), gradients[0], x, a, b, reduced, context->saved_data["scale"].toDouble(), type,
            [&] { return weight.to(type); });
        return {input, at::Tensor(), at::Tensor(), a_gradient, b_gradient, at::Tensor()};
    }
};

struct QuantizedLowRankLinear : torch::autograd::Function<QuantizedLowRankLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const Quantized &weight,
        const std::optional<at::Tensor> &bias, const at::Tensor &a, const at::Tensor &b, double scale) {
        const auto [output, reduced] = output_of(x, borrowed(weight, product_type(x)), bias, a, b, scale);
        context->saved_data["scale"] = scale;
        keep(*context, weight, {x, a, b, reduced});
        return output;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        std::vector<at::Tensor> saved;
        const auto weight = kept(*context, saved);
        const auto &x = saved[0], &a = saved[1], &b = saved[2], &reduced = saved[3];
        const auto type = product_type(x);
        const auto [input, a_gradient, b_gradient] = gradients_of(
            context->needs_input_grad(0), gradients[0], x, a, b, reduced, context->saved_data["scale"].toDouble(), type,
            [&] { return borrowed(weight, type); });
        return {input, at::Tensor(), at::Tensor(), a_gradient, b_gradient, at::Tensor()};
    }
};

}  // namespace

at::Tensor low_rank_linear(
    const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias, const at::Tensor &a,
    const at::Tensor &b, double scale) {
    return LowRankLinear::apply(x, weight, bias, a, b, scale);
}

at::Tensor low_rank_linear(
    const at::Tensor &x, const Quantized &weight, const std::optional<at::Tensor> &bias, const at::Tensor &a,
    const at::Tensor &b, double scale) {
    return QuantizedLowRankLinear::apply(x, weight, bias, a, b, scale);
}

}  // namespace bridge
