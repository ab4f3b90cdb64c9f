#include "Dropout.h"
#include "Kernels.h"
#include "Parallel.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <vector>

namespace bridge {

namespace {

/* Rows of `width` numbers; what is null is not wanted. */
template <typename T>
struct Forward {
    const T *x, *residual;
    const float *weight, *bias;
    T *output, *normalised;
    float *inverse_deviation;
    int64_t width;
    float eps;
    Dropout dropout;
};

template <typename T>
INLINED void norm_rows(const Forward<T> &f, float *sums, int64_t begin, int64_t end) {
    const int64_t width = f.width;
    const float share = 1 / static_cast<float>(width);
    for (int64_t row = begin; row < end; ++row) {
        const T *x = f.x + row * width;
        const T *residual = f.residual + row * width;
        const auto dropped = DropoutRow::of(f.dropout, row);
        Floats total = all(0);
        for (int64_t i = 0; i < width; i += lanes) {
            Floats part = load(x + i, width - i);
            if (f.dropout.acts()) {
                part = part * dropped.factors(i);
            }
            part += load(residual + i, width - i);
            total += part;
            store(sums + i, part);
        }
        const float mean = sum(total) * share;
        Floats squares = all(0);
        for (int64_t i = 0; i < width; i += lanes) {
            const Floats distance = load(sums + i, width - i) - mean;
            // Behind the row stand zeros, whose distance doesn't count.
            squares += width - i >= lanes ? distance * distance : first(distance * distance, width - i);
        }
        const float inverse = 1 / std::sqrt(sum(squares) * share + f.eps);
        for (int64_t i = 0; i < width; i += lanes) {
            const Floats normal = (load(sums + i) - mean) * inverse;
            store(
                f.output + row * width + i, normal * load(f.weight + i, width - i) + load(f.bias + i, width - i),
                width - i);
            if (f.normalised) {
                store(f.normalised + row * width + i, normal, width - i);
            }
        }
        if (f.inverse_deviation) {
            f.inverse_deviation[row] = inverse;
        }
    }
}

VERSIONED void norm(const Forward<float> &f, float *sums, int64_t begin, int64_t end) {
    norm_rows(f, sums, begin, end);
}
VERSIONED void norm(const Forward<c10::BFloat16> &f, float *sums, int64_t begin, int64_t end) {
    norm_rows(f, sums, begin, end);
}

template <typename T>
struct Backward {
    const T *gradient, *normalised;
    const float *weight, *inverse_deviation;
    T *x, *residual;
    int64_t width;
    Dropout dropout;
};

/* With g' = g·weight: (g' - mean(g') - n·mean(g'·n)) / deviation, where n is what was normalised. */
template <typename T>
INLINED void norm_gradient_rows(const Backward<T> &b, int64_t begin, int64_t end) {
    const int64_t width = b.width;
    const float share = 1 / static_cast<float>(width);
    for (int64_t row = begin; row < end; ++row) {
        const T *gradient = b.gradient + row * width;
        const T *normalised = b.normalised + row * width;
        Floats total = all(0), along = all(0);
        for (int64_t i = 0; i < width; i += lanes) {
            const Floats weighted = load(gradient + i, width - i) * load(b.weight + i, width - i);
            total += weighted;
            along += weighted * load(normalised + i, width - i);
        }
        const float mean = sum(total) * share;
        const float slope = sum(along) * share;
        const float inverse = b.inverse_deviation[row];
        const auto dropped = DropoutRow::of(b.dropout, row);
        for (int64_t i = 0; i < width; i += lanes) {
            const Floats weighted = load(gradient + i, width - i) * load(b.weight + i, width - i);
            const Floats result = (weighted - mean - load(normalised + i, width - i) * slope) * inverse;
            store(b.residual + row * width + i, result, width - i);
            if (b.x) {
                store(b.x + row * width + i, result * dropped.factors(i), width - i);
            }
        }
    }
}

VERSIONED void norm_gradient(const Backward<float> &b, int64_t begin, int64_t end) {
    norm_gradient_rows(b, begin, end);
}
VERSIONED void norm_gradient(const Backward<c10::BFloat16> &b, int64_t begin, int64_t end) {
    norm_gradient_rows(b, begin, end);
}

at::Tensor single(const at::Tensor &x) { return x.detach().to(at::kFloat).contiguous(); }

struct Result {
    at::Tensor output, normalised, inverse_deviation;
};

Result forward_rows(
    const at::Tensor &x, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
    const Dropout &dropout, double eps, bool saves) {
    const auto input = x.contiguous();
    const auto other = residual.contiguous();
    const auto gain = single(weight);
    const auto shift = single(bias);
    const int64_t width = input.size(-1);
    const int64_t rows = input.numel() / width;
    Result result;
    result.output = at::empty_like(input);
    if (saves) {
        result.normalised = at::empty_like(input);
        result.inverse_deviation = at::empty({rows}, gain.options());
    }
    for_type(input, [&](auto zero) {
        using T = decltype(zero);
        const Forward<T> f = {
            numbers<T>(input),
            numbers<T>(other),
            numbers<float>(gain),
            numbers<float>(shift),
            writable<T>(result.output),
            saves ? writable<T>(result.normalised) : nullptr,
            saves ? writable<float>(result.inverse_deviation) : nullptr,
            width,
            static_cast<float>(eps),
            dropout};
        parallel_for(0, rows, grain(width), [&](int64_t begin, int64_t end) {
            std::vector<float> sums(static_cast<size_t>(width + lanes));
            norm(f, sums.data(), begin, end);
        });
    });
    return result;
}

struct DropoutAddNorm : torch::autograd::Function<DropoutAddNorm> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const at::Tensor &residual,
        const at::Tensor &weight, const at::Tensor &bias, double probability, double eps) {
        const auto dropout = Dropout::draw(probability);
        context->saved_data["key"] = static_cast<int64_t>(dropout.key);
        context->saved_data["probability"] = probability;
        const auto result = forward_rows(x, residual, weight, bias, dropout, eps, true);
        context->save_for_backward({result.normalised, result.inverse_deviation, weight});
        return result.output;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto &normalised = saved[0];
        const auto dropout = Dropout::with(
            static_cast<uint64_t>(context->saved_data["key"].toInt()), context->saved_data["probability"].toDouble());
        const auto gradient = gradients[0].contiguous();
        const auto gain = single(saved[2]);
        const int64_t width = gradient.size(-1);
        auto residual = at::empty_like(gradient);
        // Without dropout both have the same gradient.
        auto x = dropout.acts() ? at::empty_like(gradient) : residual;
        for_type(gradient, [&](auto zero) {
            using T = decltype(zero);
            const Backward<T> b = {
                numbers<T>(gradient),
                numbers<T>(normalised),
                numbers<float>(gain),
                numbers<float>(saved[1]),
                dropout.acts() ? writable<T>(x) : nullptr,
                writable<T>(residual),
                width,
                dropout};
            parallel_for(0, gradient.numel() / width, grain(width), [&](int64_t begin, int64_t end) {
                norm_gradient(b, begin, end);
            });
        });
        at::Tensor weight, bias;
        if (context->needs_input_grad(2)) {
            weight = (gradient.to(at::kFloat) * normalised.to(at::kFloat)).reshape({-1, width}).sum(0)
                         .to(saved[2].scalar_type());
        }
        if (context->needs_input_grad(3)) {
            bias = gradient.to(at::kFloat).reshape({-1, width}).sum(0).to(saved[2].scalar_type());
        }
        return {x, residual, weight, bias, at::Tensor(), at::Tensor()};
    }
};

}  // namespace

at::Tensor dropout_add_layer_norm(
    const at::Tensor &x, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
    double probability, double eps) {
    const bool fits = has_kernels(x) && x.dim() > 0 && x.size(-1) > 0 && residual.scalar_type() == x.scalar_type() &&
                      residual.sizes() == x.sizes() && weight.dim() == 1 && weight.size(0) == x.size(-1) &&
                      bias.sizes() == weight.sizes() && weight.scalar_type() == bias.scalar_type();
    if (!fits) {
        const auto sum = (probability == 0 ? x : dropout(x, probability)) + residual;
        return at::layer_norm(sum, weight.sizes(), weight, bias, eps);
    }
    if (records(x, residual, weight, bias)) {
        return DropoutAddNorm::apply(x, residual, weight, bias, probability, eps);
    }
    return forward_rows(x, residual, weight, bias, Dropout::draw(probability), eps, false).output;
}

}  // namespace bridge
