#include "Bridge.h"

#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <c10/core/GradMode.h>

#include <map>
#include <tuple>

namespace bridge {

namespace {

/* The lists that one call of the fused kernel takes: tensors of one type on one device. */
struct Group {
    std::vector<at::Tensor> parameters, gradients, first_moments, second_moments;
};

using GroupKey = std::tuple<at::ScalarType, c10::DeviceType, c10::DeviceIndex>;

GroupKey group_key(const at::Tensor &x) { return {x.scalar_type(), x.device().type(), x.device().index()}; }

/* The kernel walks memory and trusts that the four tensors are laid out alike. */
void require_like(const at::Tensor &x, const at::Tensor &parameter, const char *what, ct_size index) {
    TORCH_CHECK(
        x.sizes() == parameter.sizes() && group_key(x) == group_key(parameter), "the ", what, " of parameter ", index,
        " is ", x.scalar_type(), " ", x.sizes(), " on ", x.device(), ", the parameter ", parameter.scalar_type(), " ",
        parameter.sizes(), " on ", parameter.device());
}

void require_contiguous(const at::Tensor &x, const char *what, ct_size index) {
    TORCH_CHECK(
        x.is_contiguous(), "the ", what, " ", index, " is a view with gaps; expected a tensor in row-major order");
}

}  // namespace

void add_optimizer_functions(ct_api &table) {
    table.adamw_step = [](const ct_tensor *parameters, const ct_tensor *gradients, const ct_tensor *first_moments,
                          const ct_tensor *second_moments, ct_size count, ct_size step, double learning_rate,
                          double beta1, double beta2, double eps, double weight_decay) {
        return attempt([&] {
            const c10::NoGradGuard no_recording;
            TORCH_CHECK(step > 0, "step ", step, "; steps count from 1");
            std::map<GroupKey, Group> groups;
            for (ct_size i = 0; i < count; ++i) {
                const auto &parameter = parameters[i]->value;
                const auto &first = first_moments[i]->value;
                const auto &second = second_moments[i]->value;
                require_like(gradients[i]->value, parameter, "gradient", i);
                require_like(first, parameter, "first moment", i);
                require_like(second, parameter, "second moment", i);
                require_contiguous(parameter, "parameter", i);
                require_contiguous(first, "first moment", i);
                require_contiguous(second, "second moment", i);
                auto &group = groups[group_key(parameter)];
                group.parameters.push_back(parameter);
                group.gradients.push_back(gradients[i]->value.contiguous());
                group.first_moments.push_back(first);
                group.second_moments.push_back(second);
            }
            for (auto &[key, group] : groups) {
                const auto device = group.parameters.front().device();
                const std::vector<at::Tensor> steps(
                    group.parameters.size(),
                    at::full({}, static_cast<double>(step), at::TensorOptions(device).dtype(at::kFloat)));
                at::_fused_adamw_(
                    group.parameters, group.gradients, group.first_moments, group.second_moments,
                    /*max_exp_avg_sqs=*/{}, steps, learning_rate, beta1, beta2, weight_decay, eps, /*amsgrad=*/false,
                    /*maximize=*/false);
            }
        });
    };
    table.clip_norm = [](const ct_tensor *handles, ct_size count, double limit, double *norm) {
        return attempt([&] {
            const c10::NoGradGuard no_recording;
            *norm = 0;
            if (count == 0) {
                return;
            }
            const auto values = tensors(handles, count);
            auto norms = at::_foreach_norm(values, 2);
            for (auto &value : norms) {
                value = value.to(norms.front().device(), at::kDouble);
            }
            *norm = at::linalg_vector_norm(at::stack(norms), 2).item<double>();
            // As torch.nn.utils.clip_grad_norm_ does, which keeps the quotient finite.
            const double factor = limit / (*norm + 1e-6);
            if (!(factor >= 1)) {
                at::_foreach_mul_(values, factor);
            }
        });
    };
}

}  // namespace bridge
