#include "Bridge.h"
#include "Kernels.h"
#include "Parallel.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <c10/util/BFloat16.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <cmath>

// A scale is a product and a sum, each rounded, on every processor.
#pragma clang fp contract(off)

namespace bridge {

namespace {

/* How many weights share a magnitude, and how many magnitudes share a range. */
constexpr int64_t block = 64, group = 256;

/* The values that the codes of NormalFloat stand for (arXiv 2305.14314, appendix E). */
constexpr std::array<float, 16> normal_floats = {
    -1.0f,          -0.696192801f, -0.525073051f, -0.394917488f, -0.284441382f, -0.18477343f, -0.0910500363f, 0.0f,
    0.0795802996f,  0.160930201f,  0.246112302f,  0.337915242f,  0.440709829f,  0.562617004f, 0.722956836f,   1.0f};

/* The values above 0 of the 8-bit type with a moving exponent that magnitudes are kept in (Dettmers 2015, arXiv 1511.04561,
   section 2.3): 127 that are there with either sign, and 1. The code of 0 is 127. */
constexpr std::array<float, 128> dynamic_floats = {
    5.50000038e-07f, 3.25000019e-06f, 7.7499999e-06f, 2.12499981e-05f, 4.37499984e-05f, 6.62500024e-05f,
    8.87499991e-05f, 0.000156250011f, 0.000268750038f, 0.000381250022f, 0.000493750034f, 0.000606250076f,
    0.00071875006f, 0.000831249985f, 0.000943750085f, 0.00128124992f, 0.00184375001f, 0.00240624999f,
    0.00296874996f, 0.00353124971f, 0.00409374991f, 0.00465624966f, 0.00521875033f, 0.00578125007f,
    0.00634374982f, 0.00690625003f, 0.00746874977f, 0.00803124998f, 0.00859375019f, 0.00915624946f,
    0.00971874967f, 0.0114062503f, 0.0142187504f, 0.0170312505f, 0.0198437516f, 0.0226562507f, 0.0254687499f,
    0.028281251f, 0.0310937501f, 0.0339062512f, 0.0367187522f, 0.0395312496f, 0.0423437469f, 0.0451562516f,
    0.047968749f, 0.05078125f, 0.053593751f, 0.0564062484f, 0.0592187531f, 0.0620312504f, 0.0648437515f,
    0.0676562563f, 0.0704687461f, 0.0732812509f, 0.0760937482f, 0.078906253f, 0.0817187577f, 0.0845312476f,
    0.0873437524f, 0.0901562497f, 0.0929687545f, 0.0957812592f, 0.0985937491f, 0.107031256f, 0.12109375f,
    0.135156244f, 0.149218753f, 0.163281247f, 0.177343756f, 0.19140625f, 0.205468744f, 0.219531253f,
    0.233593747f, 0.247656241f, 0.26171875f, 0.275781274f, 0.289843738f, 0.303906262f, 0.317968726f,
    0.33203125f, 0.346093744f, 0.360156238f, 0.374218762f, 0.388281226f, 0.40234375f, 0.416406244f,
    0.430468738f, 0.444531262f, 0.458593726f, 0.47265625f, 0.486718714f, 0.500781238f, 0.514843702f,
    0.528906226f, 0.54296875f, 0.557031274f, 0.571093798f, 0.585156262f, 0.599218726f, 0.61328125f,
    0.627343774f, 0.641406298f, 0.655468762f, 0.669531226f, 0.68359375f, 0.697656274f, 0.711718798f,
    0.725781262f, 0.739843726f, 0.75390625f, 0.767968774f, 0.782031238f, 0.796093762f, 0.810156226f,
    0.82421875f, 0.838281274f, 0.852343738f, 0.866406262f, 0.880468726f, 0.89453125f, 0.908593774f,
    0.922656238f, 0.936718762f, 0.950781226f, 0.96484375f, 0.978906274f, 0.992968738f, 1.0f};

/* The value of each code, rising. */
constexpr std::array<float, 256> dynamic_values() {
    std::array<float, 256> values = {};
    for (size_t i = 0; i < 127; ++i) {
        values[126 - i] = -dynamic_floats[i];
    }
    for (size_t i = 0; i < 128; ++i) {
        values[128 + i] = dynamic_floats[i];
    }
    return values;
}

constexpr std::array<float, 256> dynamic_codes = dynamic_values();

/* Finds the code whose value is nearest; the lower of two that are equally near. */
template <size_t count>
class NearestCode {
public:
    explicit NearestCode(const std::array<float, count> &values) {
        for (size_t i = 0; i + 1 < count; ++i) {
            bounds[i] = (values[i] + values[i + 1]) / 2;
        }
    }

    uint8_t operator()(float x) const {
        return static_cast<uint8_t>(std::lower_bound(bounds.begin(), bounds.end(), x) - bounds.begin());
    }

private:
    std::array<float, count - 1> bounds;
};

int64_t parts_of(int64_t count, int64_t size) { return (count + size - 1) / size; }

/* The codes of some numbers that share a magnitude, which is given back, and is never 0 where they are fewer than usual: as
   bitsandbytes has it, which also divides there. */
template <size_t count>
float encode(const float *x, int64_t size, int64_t usual, const NearestCode<count> &nearest, uint8_t *codes) {
    constexpr float least = 1e-38f;
    float magnitude = 0;
    for (int64_t i = 0; i < size; ++i) {
        magnitude = std::max(magnitude, std::abs(x[i]));
    }
    if (size < usual) {
        magnitude = std::max(magnitude, least);
        for (int64_t i = 0; i < size; ++i) {
            codes[i] = nearest(std::clamp(x[i] / magnitude, -1.0f, 1.0f));
        }
        return magnitude;
    }
    const float inverse = 1 / std::max(magnitude, least);
    for (int64_t i = 0; i < size; ++i) {
        codes[i] = nearest(std::clamp(x[i] * inverse, -1.0f, 1.0f));
    }
    return magnitude;
}

at::Tensor bytes(int64_t count) { return at::empty({count}, at::TensorOptions().dtype(at::kByte)); }
at::Tensor floats(int64_t count) { return at::empty({count}, at::TensorOptions().dtype(at::kFloat)); }

std::vector<at::Tensor> normal_float_parts(const at::Tensor &x) {
    const int64_t count = x.numel(), blocks = parts_of(count, block), groups = parts_of(blocks, group);
    static const NearestCode<16> nearest(normal_floats);
    static const NearestCode<256> nearest_dynamic(dynamic_codes);
    const auto codes = bytes((count + 1) / 2);
    auto magnitudes = floats(blocks);
    parallel_for(0, blocks, 256, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            // What a last byte has too many is the code of 0.
            std::array<uint8_t, block> own;
            own.fill(7);
            const int64_t size = std::min(block, count - i * block);
            writable<float>(magnitudes)[i] = encode(numbers<float>(x) + i * block, size, block, nearest, own.data());
            auto *to = writable<uint8_t>(codes) + i * block / 2;
            for (int64_t j = 0; j < size; j += 2) {
                to[j / 2] = static_cast<uint8_t>(
                    own[static_cast<size_t>(j)] << 4 | own[static_cast<size_t>(j) + 1]);
            }
        }
    });
    const auto mean = magnitudes.mean();
    magnitudes = magnitudes.sub(mean);
    const auto scales = bytes(blocks), ranges = floats(groups);
    for (int64_t i = 0; i < groups; ++i) {
        const int64_t size = std::min(group, blocks - i * group);
        writable<float>(ranges)[i] = encode(
            numbers<float>(magnitudes) + i * group, size, group, nearest_dynamic, writable<uint8_t>(scales) + i * group);
    }
    return {codes, scales, ranges, mean};
}

std::vector<at::Tensor> int8_parts(const at::Tensor &x) {
    const int64_t rows = x.size(0), columns = x.size(1);
    const auto codes = at::empty({rows, columns}, at::TensorOptions().dtype(at::kChar)), magnitudes = floats(rows);
    parallel_for(0, rows, grain(columns), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const auto *from = numbers<float>(x) + i * columns;
            auto *to = writable<int8_t>(codes) + i * columns;
            float magnitude = 0;
            for (int64_t j = 0; j < columns; ++j) {
                magnitude = std::max(magnitude, std::abs(from[j]));
            }
            writable<float>(magnitudes)[i] = magnitude;
            const float factor = 127 / magnitude;
            // Below 4e-37 the factor is no number that one can multiply with: such rows are 0.
            const bool vanishes = !std::isfinite(factor);
            for (int64_t j = 0; j < columns; ++j) {
                to[j] = vanishes ? int8_t(0) : static_cast<int8_t>(std::nearbyint(from[j] * factor));
            }
        }
    });
    return {codes, magnitudes};
}

template <typename T>
void decode_normal_floats(const Quantized &weight, const at::Tensor &to) {
    const int64_t count = to.numel();
    const auto *codes = numbers<uint8_t>(weight.parts[0]), *scales = numbers<uint8_t>(weight.parts[1]);
    const auto *ranges = numbers<float>(weight.parts[2]);
    const float mean = *numbers<float>(weight.parts[3]);
    parallel_for(0, parts_of(count, block), 256, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const float scale = dynamic_codes[scales[i]] * ranges[i / group] + mean;
            std::array<T, 16> values;
            for (size_t j = 0; j < 16; ++j) {
                values[j] = static_cast<T>(normal_floats[j] * scale);
            }
            auto *out = writable<T>(to) + i * block;
            const auto *in = codes + i * block / 2;
            const int64_t size = std::min(block, count - i * block);
            for (int64_t j = 0; j + 1 < size; j += 2) {
                out[j] = values[in[j / 2] >> 4];
                out[j + 1] = values[in[j / 2] & 15];
            }
            if (size % 2 != 0) {
                out[size - 1] = values[in[size / 2] >> 4];
            }
        }
    });
}

template <typename T>
void decode_int8(const Quantized &weight, const at::Tensor &to) {
    parallel_for(0, weight.rows, grain(weight.columns), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const float magnitude = numbers<float>(weight.parts[1])[i];
            const auto *codes = numbers<int8_t>(weight.parts[0]) + i * weight.columns;
            auto *out = writable<T>(to) + i * weight.columns;
            for (int64_t j = 0; j < weight.columns; ++j) {
                out[j] = static_cast<T>(static_cast<float>(codes[j]) * magnitude * 0.00787401572f);
            }
        }
    });
}

void decode(const Quantized &weight, const at::Tensor &to) {
    TORCH_CHECK(
        to.scalar_type() == at::kFloat || to.scalar_type() == at::kBFloat16,
        "a quantized weight becomes float32 or bfloat16, not ", to.scalar_type());
    for_type(to, [&](auto zero) {
        using T = decltype(zero);
        weight.kind == CT_QUANTIZATION_NF4 ? decode_normal_floats<T>(weight, to) : decode_int8<T>(weight, to);
    });
}

void require_kind(ct_quantization kind) {
    TORCH_CHECK(
        kind == CT_QUANTIZATION_INT8 || kind == CT_QUANTIZATION_NF4, "there is no quantization of number ", kind);
}

std::vector<at::Tensor> quantized_parts(const at::Tensor &x, ct_quantization kind) {
    require_kind(kind);
    TORCH_CHECK(x.dim() == 2, "the weight has shape ", x.sizes(), "; expected (rows, columns)");
    TORCH_CHECK(x.is_cpu(), "the weight is on ", x.device(), "; weights are quantized on the CPU");
    const auto weight = x.detach().to(at::kFloat).contiguous();
    return kind == CT_QUANTIZATION_NF4 ? normal_float_parts(weight) : int8_parts(weight);
}

/* The kernels trust these sizes. */
Quantized checked(const ct_quantized *weight) {
    require_kind(weight->kind);
    const auto parts = tensors(weight->parts, weight->part_count);
    const int64_t rows = weight->rows, columns = weight->columns;
    TORCH_CHECK(
        rows >= 0 && columns >= 0 && (columns == 0 || rows <= INT64_MAX / columns), "a weight can't be (", rows, ", ",
        columns, ")");
    const int64_t count = rows * columns, blocks = parts_of(count, block);
    struct Expected {
        at::ScalarType type;
        int64_t count;
    };
    const std::vector<Expected> expected =
        weight->kind == CT_QUANTIZATION_NF4
            ? std::vector<Expected>{{at::kByte, (count + 1) / 2}, {at::kByte, blocks},
                                    {at::kFloat, parts_of(blocks, group)}, {at::kFloat, 1}}
            : std::vector<Expected>{{at::kChar, count}, {at::kFloat, rows}};
    TORCH_CHECK(parts.size() == expected.size(), parts.size(), " parts; expected ", expected.size());
    for (size_t i = 0; i < parts.size(); ++i) {
        TORCH_CHECK(
            parts[i].is_cpu() && parts[i].is_contiguous() && parts[i].scalar_type() == expected[i].type &&
                parts[i].numel() == expected[i].count,
            "part ", i, " is ", parts[i].toString(), " ", parts[i].sizes(), "; expected ", expected[i].count, " of ",
            expected[i].type);
    }
    return {weight->kind, rows, columns, parts};
}

struct QuantizedLinear : torch::autograd::Function<QuantizedLinear> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &x, const Quantized &weight,
        const std::optional<at::Tensor> &bias) {
        context->saved_data["has_bias"] = bias.has_value();
        keep(*context, weight, {});
        const auto type = product_type(x);
        const auto wide = bias ? std::optional<at::Tensor>(bias->to(type)) : std::nullopt;
        return at::linear(x.to(type), borrowed(weight, type), wide).to(x.scalar_type());
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        std::vector<at::Tensor> others;
        const auto weight = kept(*context, others);
        const auto type = product_type(gradients[0]);
        const auto gradient = gradients[0].to(type);
        at::Tensor input, shift;
        if (context->needs_input_grad(0)) {
            input = at::matmul(gradient, borrowed(weight, type)).to(gradients[0].scalar_type());
        }
        // Only tensors are counted: the bias is the second of them.
        if (context->saved_data["has_bias"].toBool() && context->needs_input_grad(1)) {
            shift = gradient.reshape({-1, gradient.size(-1)}).sum(0).to(gradients[0].scalar_type());
        }
        return {input, at::Tensor(), shift};
    }

private:
    static at::ScalarType product_type(const at::Tensor &x) { return widens(x) ? at::kFloat : x.scalar_type(); }
};

}  // namespace

at::Tensor dequantized(const Quantized &weight, at::ScalarType type) {
    const auto to = at::empty({weight.rows, weight.columns}, at::TensorOptions().dtype(type));
    decode(weight, to);
    return to;
}

at::Tensor borrowed(const Quantized &weight, at::ScalarType type) {
    thread_local at::Tensor memory;
    const int64_t size = weight.rows * weight.columns * static_cast<int64_t>(c10::elementSize(type));
    if (!memory.defined() || memory.numel() < size) {
        memory = at::Tensor();
        memory = bytes(size);
    }
    const auto to = memory.narrow(0, 0, size).view(type).view({weight.rows, weight.columns});
    decode(weight, to);
    return to;
}

at::Tensor linear(const at::Tensor &x, const Quantized &weight, const std::optional<at::Tensor> &bias) {
    return QuantizedLinear::apply(x, weight, bias);
}

void keep(torch::autograd::AutogradContext &context, const Quantized &weight, std::vector<at::Tensor> others) {
    context.saved_data["quantization"] = static_cast<int64_t>(weight.kind);
    context.saved_data["rows"] = weight.rows;
    context.saved_data["columns"] = weight.columns;
    context.saved_data["parts"] = static_cast<int64_t>(weight.parts.size());
    others.insert(others.begin(), weight.parts.begin(), weight.parts.end());
    context.save_for_backward(std::move(others));
}

Quantized kept(const torch::autograd::AutogradContext &context, std::vector<at::Tensor> &others) {
    const auto number = [&](const char *name) { return context.saved_data.at(name).toInt(); };
    auto saved = context.get_saved_variables();
    const auto first = saved.begin() + number("parts");
    others.assign(first, saved.end());
    return {
        static_cast<int32_t>(number("quantization")), number("rows"), number("columns"),
        std::vector<at::Tensor>(saved.begin(), first)};
}

void add_quantization_functions(ct_api &table) {
    table.quantize = [](ct_tensor x, ct_quantization kind, ct_tensor *parts, ct_size *part_count) {
        return attempt([&] {
            const auto made = quantized_parts(x->value, kind);
            for (size_t i = 0; i < made.size(); ++i) {
                parts[i] = new ct_tensor_(made[i]);
            }
            *part_count = static_cast<ct_size>(made.size());
        });
    };
    table.dequantize = [](const ct_quantized *weight, ct_dtype dtype) {
        return make([&] { return dequantized(checked(weight), scalar_type(dtype)); });
    };
    table.quantized_linear = [](ct_tensor x, const ct_quantized *weight, ct_tensor bias) {
        return make([&] { return linear(x->value, checked(weight), optional(bias)); });
    };
    table.quantized_low_rank_linear = [](ct_tensor x, const ct_quantized *weight, ct_tensor bias, ct_tensor a,
                                         ct_tensor b, double scale) {
        return make([&] {
            return low_rank_linear(x->value, checked(weight), optional(bias), a->value, b->value, scale);
        });
    };
}

}  // namespace bridge
