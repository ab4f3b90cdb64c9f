#include "Bridge.h"
#include "Kernels.h"

#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/lstm.h>
#include <ATen/ops/mse_loss.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/zeros.h>

namespace bridge {

namespace {

static_assert(
    CT_REDUCE_NONE == at::Reduction::None && CT_REDUCE_MEAN == at::Reduction::Mean &&
        CT_REDUCE_SUM == at::Reduction::Sum,
    "reductions are handed to LibTorch as they are");

/* LibTorch's kernels trust these shapes. */
void require_lstm_weights(
    const at::Tensor &x, const std::vector<at::Tensor> &weights, ct_size hidden_size, ct_size layers,
    ct_size directions) {
    TORCH_CHECK(x.dim() == 3, "the input has shape ", x.sizes(), "; expected (batch, length, width)");
    TORCH_CHECK(
        hidden_size > 0 && layers > 0, "hidden size ", hidden_size, " and ", layers, " layers; expected both above 0");
    TORCH_CHECK(
        weights.size() == static_cast<size_t>(layers * directions * 4), weights.size(),
        " weights; expected 4 for each of ", layers, " layers and ", directions, " directions");
    const auto gates = 4 * hidden_size;
    for (size_t i = 0; i < weights.size(); i += 4) {
        const bool first = i < static_cast<size_t>(directions * 4);
        const auto width = first ? x.size(2) : directions * hidden_size;
        const std::vector<int64_t> expected[4] = {{gates, width}, {gates, hidden_size}, {gates}, {gates}};
        for (size_t j = 0; j < 4; ++j) {
            TORCH_CHECK(
                weights[i + j].sizes() == at::IntArrayRef(expected[j]), "weight ", i + j, " has shape ",
                weights[i + j].sizes(), "; expected ", at::IntArrayRef(expected[j]));
        }
    }
}

}  // namespace

void add_network_functions(ct_api &table) {
    table.softmax = [](ct_tensor x, ct_size dimension) { return make([&] { return x->value.softmax(dimension); }); };
    table.log_softmax = [](ct_tensor x, ct_size dimension) {
        return make([&] { return x->value.log_softmax(dimension); });
    };
    table.linear = [](ct_tensor x, ct_tensor weight, ct_tensor bias) {
        return make([&] { return bridge::linear(x->value, weight->value, optional(bias)); });
    };
    table.low_rank_linear = [](ct_tensor x, ct_tensor weight, ct_tensor bias, ct_tensor a, ct_tensor b, double scale) {
        return make([&] {
            return low_rank_linear(x->value, weight->value, optional(bias), a->value, b->value, scale);
        });
    };
    table.embedding = [](ct_tensor weight, ct_tensor ids) {
        return make([&] { return at::embedding(weight->value, ids->value); });
    };
    table.layer_norm = [](ct_tensor x, const ct_size *shape, ct_size rank, ct_tensor weight, ct_tensor bias,
                          double eps) {
        return make([&] {
            return at::layer_norm(x->value, sizes(shape, rank), optional(weight), optional(bias), eps);
        });
    };
    table.dropout_add_layer_norm = [](ct_tensor x, ct_tensor residual, ct_tensor weight, ct_tensor bias,
                                      double probability, double eps) {
        return make([&] {
            return dropout_add_layer_norm(x->value, residual->value, weight->value, bias->value, probability, eps);
        });
    };
    table.rms_norm = [](ct_tensor x, const ct_size *shape, ct_size rank, ct_tensor weight, double eps) {
        return make([&] { return at::rms_norm(x->value, sizes(shape, rank), optional(weight), eps); });
    };
    table.dropout = [](ct_tensor x, double probability, bool training) {
        return make([&] { return training ? dropout(x->value, probability) : x->value; });
    };
    table.attention = [](ct_tensor query, ct_tensor key, ct_tensor value, ct_tensor mask, double dropout, bool causal,
                         const double *scale, bool grouped) {
        return make([&] {
            return attention(
                query->value, key->value, value->value, optional(mask), dropout, causal, optional(scale), grouped);
        });
    };
    table.cross_entropy = [](ct_tensor logits, ct_tensor targets, ct_tensor weight, ct_reduction reduction,
                             ct_size ignored_target, double label_smoothing) {
        return make([&] {
            return at::cross_entropy_loss(
                logits->value, targets->value, optional(weight), reduction, ignored_target, label_smoothing);
        });
    };
    table.mean_squared_error = [](ct_tensor x, ct_tensor target, ct_reduction reduction) {
        return make([&] { return at::mse_loss(x->value, target->value, reduction); });
    };
    table.binary_cross_entropy_with_logits = [](ct_tensor logits, ct_tensor targets, ct_reduction reduction) {
        return make([&] {
            return at::binary_cross_entropy_with_logits(logits->value, targets->value, {}, {}, reduction);
        });
    };
    table.lstm = [](ct_tensor x, const ct_tensor *handles, ct_size count, ct_size hidden_size, ct_size layers,
                    bool bidirectional, double dropout, bool training) {
        return make([&] {
            const auto weights = tensors(handles, count);
            const ct_size directions = bidirectional ? 2 : 1;
            require_lstm_weights(x->value, weights, hidden_size, layers, directions);
            const auto state = at::zeros({directions, x->value.size(0), hidden_size}, x->value.options());
            const size_t per_layer = static_cast<size_t>(directions) * 4;
            auto states = x->value;
            for (ct_size layer = 0; layer < layers; ++layer) {
                const auto first = weights.begin() + static_cast<ptrdiff_t>(per_layer * static_cast<size_t>(layer));
                const std::vector<at::Tensor> own(first, first + static_cast<ptrdiff_t>(per_layer));
                if (layer > 0 && training && dropout > 0) {
                    states = bridge::dropout(states, dropout);
                }
                states = std::get<0>(at::lstm(
                    states, {state, state}, own, /*has_biases=*/true, 1, 0, training, bidirectional,
                    /*batch_first=*/true));
            }
            return states;
        });
    };
}

}  // namespace bridge
