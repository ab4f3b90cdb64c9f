#include "Bridge.h"
#include "Dropout.h"
#include "Kernels.h"
#include "Parallel.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <mutex>

namespace bridge {

Dropout Dropout::with(uint64_t key, double probability) {
    TORCH_CHECK(probability >= 0 && probability <= 1, "a probability of dropout of ", probability);
    Dropout dropout;
    dropout.key = key;
    dropout.probability = probability;
    if (probability > 0) {
        // At least one value of 2³² is dropped, and at most all but one: the scale is 0 then.
        dropout.threshold = static_cast<uint32_t>(std::min(std::max(probability * 4294967296.0, 1.0), 4294967295.0));
        dropout.scale = probability < 1 ? static_cast<float>(1 / (1 - probability)) : 0;
    }
    return dropout;
}

Dropout Dropout::draw(double probability) {
    return probability == 0 ? Dropout() : with(KeySequence::draw(), probability);
}

namespace {

thread_local KeySequence *sequence = nullptr;

}  // namespace

KeySequence::KeySequence(uint64_t seed) : state(seed), before(sequence) { sequence = this; }

KeySequence::~KeySequence() { sequence = before; }

uint64_t *KeySequence::current() { return sequence ? &sequence->state : nullptr; }

uint64_t KeySequence::draw() {
    if (sequence) {
        return mixed(sequence->state += 0x9e3779b97f4a7c15);
    }
    auto generator = at::detail::getDefaultCPUGenerator();
    const std::lock_guard<std::mutex> lock(generator.mutex());
    return at::check_generator<at::CPUGeneratorImpl>(generator)->random64();
}

namespace {

template <typename T>
INLINED void drop_rows(const T *x, T *y, int64_t width, const Dropout &dropout, int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
        const auto factors = DropoutRow::of(dropout, row);
        const T *from = x + row * width;
        T *to = y + row * width;
        for (int64_t i = 0; i < width; i += lanes) {
            store(to + i, load(from + i, width - i) * factors.factors(i), width - i);
        }
    }
}

VERSIONED void drop(const float *x, float *y, int64_t width, const Dropout &dropout, int64_t begin, int64_t end) {
    drop_rows(x, y, width, dropout, begin, end);
}

VERSIONED void drop(
    const c10::BFloat16 *x, c10::BFloat16 *y, int64_t width, const Dropout &dropout, int64_t begin, int64_t end) {
    drop_rows(x, y, width, dropout, begin, end);
}

at::Tensor dropped(const at::Tensor &x, const Dropout &dropout) {
    const auto input = x.contiguous();
    auto output = at::empty_like(input);
    const int64_t width = input.dim() == 0 ? 1 : input.size(-1);
    const int64_t rows = width == 0 ? 0 : input.numel() / width;
    for_type(input, [&](auto zero) {
        using T = decltype(zero);
        parallel_for(0, rows, grain(width), [&](int64_t begin, int64_t end) {
            drop(numbers<T>(input), writable<T>(output), width, dropout, begin, end);
        });
    });
    return output;
}

/* The mask is made again in the backward pass. */
struct DropoutFunction : torch::autograd::Function<DropoutFunction> {
    static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &x, double probability) {
        const auto dropout = Dropout::draw(probability);
        context->saved_data["key"] = static_cast<int64_t>(dropout.key);
        context->saved_data["probability"] = probability;
        return dropped(x, dropout);
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto dropout = Dropout::with(
            static_cast<uint64_t>(context->saved_data["key"].toInt()), context->saved_data["probability"].toDouble());
        return {dropped(gradients[0], dropout), at::Tensor()};
    }
};

}  // namespace

at::Tensor dropout(const at::Tensor &x, double probability) {
    if (!has_kernels(x)) {
        return at::dropout(x, probability, true);
    }
    return DropoutFunction::apply(x, probability);
}

}  // namespace bridge
