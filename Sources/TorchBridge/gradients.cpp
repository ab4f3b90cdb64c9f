#include "Bridge.h"

#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

namespace bridge {

namespace {

/* LibTorch prints a warning where the gradient of a tensor that isn't a leaf is asked for. */
bool keeps_gradient(const at::Tensor &x) { return x.is_leaf() || x.retains_grad(); }

}  // namespace

void add_gradient_functions(ct_api &table) {
    table.requires_gradient = [](ct_tensor x) { return x->value.requires_grad(); };
    table.set_requires_gradient = [](ct_tensor x, bool value) {
        return attempt([&] {
            TORCH_CHECK(x->value.is_leaf(), "only leaves can be set; this is the result of a recorded operation");
            x->value.set_requires_grad(value);
        });
    };
    table.is_leaf = [](ct_tensor x) { return x->value.is_leaf(); };
    table.has_gradient = [](ct_tensor x) { return keeps_gradient(x->value) && x->value.grad().defined(); };
    table.gradient = [](ct_tensor x) {
        return make([&] {
            TORCH_CHECK(keeps_gradient(x->value) && x->value.grad().defined(), "there is no gradient");
            return x->value.grad();
        });
    };
    table.set_gradient = [](ct_tensor x, ct_tensor gradient) {
        return attempt([&] {
            if (!gradient) {
                x->value.mutable_grad().reset();
                return;
            }
            const auto &value = gradient->value;
            TORCH_CHECK(
                value.sizes() == x->value.sizes() && value.scalar_type() == x->value.scalar_type() &&
                    value.device() == x->value.device(),
                "the gradient is ", value.scalar_type(), " ", value.sizes(), " on ", value.device(), ", its tensor ",
                x->value.scalar_type(), " ", x->value.sizes(), " on ", x->value.device());
            x->value.mutable_grad() = value;
        });
    };
    table.backward = [](ct_tensor x) { return attempt([&] { x->value.backward(); }); };
    table.gradients = [](ct_tensor x, ct_tensor gradient, const ct_tensor *handles, ct_size count,
                         ct_tensor *gradients) {
        return attempt([&] {
            torch::autograd::variable_list outputs;
            if (gradient) {
                outputs.push_back(gradient->value);
            }
            const auto found = torch::autograd::grad(
                {x->value}, tensors(handles, count), outputs, /*retain_graph=*/std::nullopt,
                /*create_graph=*/false, /*allow_unused=*/true);
            for (ct_size i = 0; i < count; ++i) {
                const auto &gradient = found[static_cast<size_t>(i)];
                gradients[i] = gradient.defined() ? new ct_tensor_(gradient) : nullptr;
            }
        });
    };
    table.set_recording = [](bool recording) {
        const bool before = c10::GradMode::is_enabled();
        c10::GradMode::set_enabled(recording);
        return before;
    };
}

}  // namespace bridge
