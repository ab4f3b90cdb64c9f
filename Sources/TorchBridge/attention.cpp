#include "Dropout.h"
#include "Kernels.h"
#include "Parallel.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>
#include <vector>

namespace bridge {

namespace {

/* Rows up to this long are computed here: all scores of a head fit into a core's cache. */
constexpr int64_t longest = 256;

constexpr int64_t padded(int64_t count) { return (count + lanes - 1) / lanes * lanes; }

/* Where the vectors of heads lie, (batch, heads, length, width); the last step is 1. */
template <typename T>
struct Vectors {
    T *data = nullptr;
    int64_t batch = 0, head = 0, row = 0;

    INLINED T *at(int64_t b, int64_t h) const { return data + b * batch + h * head; }
};

template <typename T>
Vectors<T> vectors(const at::Tensor &x) {
    return {writable<std::remove_const_t<T>>(x), x.stride(0), x.stride(1), x.stride(2)};
}

/* The sizes of one attention, and what acts on its scores. */
struct Scores {
    int64_t heads, group, queries, keys, width, value_width;
    float scale;
    bool causal;
    /* Added, as (batch, heads, queries, keys); null where there is none. */
    const float *mask;
    int64_t mask_batch, mask_head, mask_row;
    Dropout dropout;
    /* log Σ exp(score) of each query, (batch, heads, queries). */
    float *log_sums;
};

template <typename T>
struct Forward {
    Scores scores;
    Vectors<const T> query, key, value;
    Vectors<T> output;
};

/* What is null is not wanted. */
template <typename T>
struct Backward {
    Scores scores;
    Vectors<const T> query, key, value, gradient;
    Vectors<T> query_gradient, key_gradient, value_gradient;
};

// MARK: Parts

/* Rows with gaps to rows of `stride` numbers. */
template <typename T>
INLINED void pack(const T *from, int64_t step, int64_t rows, int64_t width, float *to, int64_t stride) {
    for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < width; j += lanes) {
            store(to + i * stride + j, load(from + i * step + j, width - j));
        }
    }
}

template <typename T>
INLINED void unpack(const float *from, int64_t stride, int64_t rows, int64_t width, T *to, int64_t step) {
    for (int64_t i = 0; i < rows; ++i) {
        for (int64_t j = 0; j < width; j += lanes) {
            store(to + i * step + j, load(from + i * stride + j), width - j);
        }
    }
}

/* (rows, stride) → (width, rows, padded with zeros) */
INLINED void transpose(const float *from, int64_t stride, int64_t rows, int64_t width, float *to) {
    const int64_t columns = padded(rows);
    for (int64_t j = 0; j < width; ++j) {
        for (int64_t i = 0; i < rows; ++i) {
            to[j * columns + i] = from[i * stride + j];
        }
        for (int64_t i = rows; i < columns; ++i) {
            to[j * columns + i] = 0;
        }
    }
}

/* A row of C, or four: C += A·B, sixteen columns at a time. */
template <int64_t count>
INLINED void multiply_rows(
    const float *a, int64_t a_row, int64_t a_step, const float *b, float *c, int64_t inner, int64_t columns) {
    for (int64_t j = 0; j < columns; j += lanes) {
        Floats sums[count];
        for (int64_t i = 0; i < count; ++i) {
            sums[i] = load(c + i * columns + j);
        }
        for (int64_t k = 0; k < inner; ++k) {
            const Floats part = load(b + k * columns + j);
            for (int64_t i = 0; i < count; ++i) {
                sums[i] += part * a[i * a_row + k * a_step];
            }
        }
        for (int64_t i = 0; i < count; ++i) {
            store(c + i * columns + j, sums[i]);
        }
    }
}

/* C += A·B, where A is (rows, inner) with any steps, B (inner, columns) and C (rows, columns). */
INLINED void multiply(
    const float *a, int64_t a_row, int64_t a_step, const float *b, float *c, int64_t rows, int64_t inner,
    int64_t columns) {
    int64_t i = 0;
    for (; i + 4 <= rows; i += 4) {
        multiply_rows<4>(a + i * a_row, a_row, a_step, b, c + i * columns, inner, columns);
    }
    for (; i < rows; ++i) {
        multiply_rows<1>(a + i * a_row, a_row, a_step, b, c + i * columns, inner, columns);
    }
}

INLINED void clear(float *x, int64_t count) { std::memset(x, 0, static_cast<size_t>(count) * sizeof(float)); }

/* Scaled and masked scores of one query; minus infinity behind the last key. */
INLINED void mask_row(const Scores &s, const float *mask, int64_t query, float *row) {
    const float infinity = std::numeric_limits<float>::infinity();
    for (int64_t j = 0; j < s.keys; j += lanes) {
        Floats score = load(row + j) * s.scale;
        if (mask) {
            score += load(mask + j, s.keys - j);
        }
        store(row + j, score);
    }
    for (int64_t j = s.causal ? std::min(query + 1, s.keys) : s.keys; j < padded(s.keys); ++j) {
        row[j] = -infinity;
    }
}

INLINED const float *mask_of(const Scores &s, int64_t batch, int64_t head, int64_t query) {
    return s.mask ? s.mask + batch * s.mask_batch + head * s.mask_head + query * s.mask_row : nullptr;
}

// MARK: Forward

/* - Parameter items: pairs of a batch's row and a key head. */
template <typename T>
INLINED void forward_heads(const Forward<T> &f, float *memory, int64_t begin, int64_t end) {
    const Scores &s = f.scores;
    const int64_t columns = padded(s.keys), width = padded(s.width), value_width = padded(s.value_width);
    float *query = memory;
    float *key = query + s.queries * width;
    float *keys = key + s.keys * width;
    float *value = keys + s.width * columns;
    float *scores = value + s.keys * value_width;
    float *output = scores + s.queries * columns;
    const int64_t key_heads = s.heads / s.group;
    for (int64_t item = begin; item < end; ++item) {
        const int64_t batch = item / key_heads, key_head = item % key_heads;
        pack(f.key.at(batch, key_head), f.key.row, s.keys, s.width, key, width);
        transpose(key, width, s.keys, s.width, keys);
        pack(f.value.at(batch, key_head), f.value.row, s.keys, s.value_width, value, value_width);
        for (int64_t head = key_head * s.group; head < (key_head + 1) * s.group; ++head) {
            pack(f.query.at(batch, head), f.query.row, s.queries, s.width, query, width);
            clear(scores, s.queries * columns);
            multiply(query, width, 1, keys, scores, s.queries, s.width, columns);
            const int64_t place = (batch * s.heads + head) * s.queries;
            for (int64_t i = 0; i < s.queries; ++i) {
                float *row = scores + i * columns;
                mask_row(s, mask_of(s, batch, head, i), i, row);
                Floats most = load(row);
                for (int64_t j = lanes; j < columns; j += lanes) {
                    most = maximum(most, load(row + j));
                }
                const float highest = largest(most);
                // A query that sees nothing takes nothing.
                const float top = std::isinf(highest) ? 0 : highest;
                Floats total = all(0);
                for (int64_t j = 0; j < columns; j += lanes) {
                    const Floats power = exponential(load(row + j) - top);
                    total += power;
                    store(row + j, power);
                }
                const float all = sum(total);
                const float inverse = all > 0 ? 1 / all : all;
                const auto dropped = DropoutRow::of(s.dropout, place + i);
                for (int64_t j = 0; j < columns; j += lanes) {
                    Floats share = load(row + j) * inverse;
                    if (s.dropout.acts()) {
                        share = share * dropped.factors(j);
                    }
                    store(row + j, share);
                }
                if (s.log_sums) {
                    s.log_sums[place + i] = all > 0 ? top + std::log(all) : std::numeric_limits<float>::infinity();
                }
            }
            clear(output, s.queries * value_width);
            multiply(scores, columns, 1, value, output, s.queries, s.keys, value_width);
            unpack(output, value_width, s.queries, s.value_width, f.output.at(batch, head), f.output.row);
        }
    }
}

VERSIONED void attend(const Forward<float> &f, float *memory, int64_t begin, int64_t end) {
    forward_heads(f, memory, begin, end);
}
VERSIONED void attend(const Forward<c10::BFloat16> &f, float *memory, int64_t begin, int64_t end) {
    forward_heads(f, memory, begin, end);
}

// MARK: Backward

/* Scores are computed again from queries, keys and the logarithms of their sums (Dao et al., arXiv 2205.14135). */
template <typename T>
INLINED void backward_heads(const Backward<T> &b, float *memory, int64_t begin, int64_t end) {
    const Scores &s = b.scores;
    const int64_t columns = padded(s.keys), width = padded(s.width), value_width = padded(s.value_width);
    float *query = memory;
    float *gradient = query + s.queries * width;
    float *key = gradient + s.queries * value_width;
    float *keys = key + s.keys * width;
    float *value = keys + s.width * columns;
    float *values = value + s.keys * value_width;
    float *shares = values + s.value_width * columns;
    float *slopes = shares + s.queries * columns;
    float *query_gradient = slopes + s.queries * columns;
    float *key_gradient = query_gradient + s.queries * width;
    float *value_gradient = key_gradient + s.keys * width;
    const int64_t key_heads = s.heads / s.group;
    for (int64_t item = begin; item < end; ++item) {
        const int64_t batch = item / key_heads, key_head = item % key_heads;
        pack(b.key.at(batch, key_head), b.key.row, s.keys, s.width, key, width);
        transpose(key, width, s.keys, s.width, keys);
        pack(b.value.at(batch, key_head), b.value.row, s.keys, s.value_width, value, value_width);
        transpose(value, value_width, s.keys, s.value_width, values);
        clear(key_gradient, s.keys * width);
        clear(value_gradient, s.keys * value_width);
        for (int64_t head = key_head * s.group; head < (key_head + 1) * s.group; ++head) {
            pack(b.query.at(batch, head), b.query.row, s.queries, s.width, query, width);
            pack(b.gradient.at(batch, head), b.gradient.row, s.queries, s.value_width, gradient, value_width);
            clear(shares, s.queries * columns);
            multiply(query, width, 1, keys, shares, s.queries, s.width, columns);
            clear(slopes, s.queries * columns);
            multiply(gradient, value_width, 1, values, slopes, s.queries, s.value_width, columns);
            const int64_t place = (batch * s.heads + head) * s.queries;
            for (int64_t i = 0; i < s.queries; ++i) {
                float *share = shares + i * columns;
                float *slope = slopes + i * columns;
                mask_row(s, mask_of(s, batch, head, i), i, share);
                const float log_sum = s.log_sums[place + i];
                const auto dropped = DropoutRow::of(s.dropout, place + i);
                Floats total = all(0);
                for (int64_t j = 0; j < columns; j += lanes) {
                    const Floats plain = exponential(load(share + j) - log_sum);
                    const Floats factor = s.dropout.acts() ? dropped.factors(j) : all(1);
                    const Floats through = load(slope + j) * factor;
                    total += plain * through;
                    store(slope + j, through);
                    store(share + j, plain);
                }
                const float mean = sum(total);
                for (int64_t j = 0; j < columns; j += lanes) {
                    const Floats plain = load(share + j);
                    const Floats factor = s.dropout.acts() ? dropped.factors(j) : all(1);
                    store(slope + j, plain * (load(slope + j) - mean) * s.scale);
                    store(share + j, plain * factor);
                }
            }
            if (b.value_gradient.data) {
                multiply(shares, 1, columns, gradient, value_gradient, s.keys, s.queries, value_width);
            }
            if (b.key_gradient.data) {
                multiply(slopes, 1, columns, query, key_gradient, s.keys, s.queries, width);
            }
            if (b.query_gradient.data) {
                clear(query_gradient, s.queries * width);
                multiply(slopes, columns, 1, key, query_gradient, s.queries, s.keys, width);
                unpack(
                    query_gradient, width, s.queries, s.width, b.query_gradient.at(batch, head), b.query_gradient.row);
            }
        }
        if (b.key_gradient.data) {
            unpack(key_gradient, width, s.keys, s.width, b.key_gradient.at(batch, key_head), b.key_gradient.row);
        }
        if (b.value_gradient.data) {
            unpack(
                value_gradient, value_width, s.keys, s.value_width, b.value_gradient.at(batch, key_head),
                b.value_gradient.row);
        }
    }
}

VERSIONED void attend_back(const Backward<float> &b, float *memory, int64_t begin, int64_t end) {
    backward_heads(b, memory, begin, end);
}
VERSIONED void attend_back(const Backward<c10::BFloat16> &b, float *memory, int64_t begin, int64_t end) {
    backward_heads(b, memory, begin, end);
}

// MARK: Tensors

at::Tensor dense_last(const at::Tensor &x) { return x.stride(-1) == 1 ? x : x.contiguous(); }

/* (batch, heads, length, width), laid out so that joining the heads moves nothing. */
at::Tensor empty_heads(int64_t batch, int64_t heads, int64_t length, int64_t width, const at::TensorOptions &options) {
    return at::empty({batch, length, heads, width}, options).transpose(1, 2);
}

Scores scores(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value, const at::Tensor &mask,
    const at::Tensor &log_sums, const Dropout &dropout, bool causal, double scale) {
    Scores s;
    s.heads = query.size(1);
    s.group = query.size(1) / key.size(1);
    s.queries = query.size(2);
    s.keys = key.size(2);
    s.width = query.size(3);
    s.value_width = value.size(3);
    s.scale = static_cast<float>(scale);
    s.causal = causal;
    s.mask = mask.defined() ? numbers<float>(mask) : nullptr;
    s.mask_batch = mask.defined() ? mask.stride(0) : 0;
    s.mask_head = mask.defined() ? mask.stride(1) : 0;
    s.mask_row = mask.defined() ? mask.stride(2) : 0;
    s.dropout = dropout;
    s.log_sums = log_sums.defined() ? writable<float>(log_sums) : nullptr;
    return s;
}

at::Tensor forward_tensors(
    const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const at::Tensor &mask, const at::Tensor &log_sums,
    const Dropout &dropout, bool causal, double scale) {
    const auto query = dense_last(q), key = dense_last(k), value = dense_last(v);
    const auto output = empty_heads(query.size(0), query.size(1), query.size(2), value.size(3), query.options());
    const auto s = scores(query, key, value, mask, log_sums, dropout, causal, scale);
    const int64_t columns = padded(s.keys), width = padded(s.width), value_width = padded(s.value_width);
    const int64_t memory = (s.queries + s.keys) * (width + value_width) + (s.width + s.queries) * columns;
    for_type(query, [&](auto zero) {
        using T = decltype(zero);
        const Forward<T> f = {
            s, vectors<const T>(query), vectors<const T>(key), vectors<const T>(value), vectors<T>(output)};
        parallel_for(0, key.size(0) * key.size(1), 1, [&](int64_t begin, int64_t end) {
            std::vector<float> numbers(static_cast<size_t>(memory));
            attend(f, numbers.data(), begin, end);
        });
    });
    return output;
}

struct Attention : torch::autograd::Function<Attention> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::Tensor &query, const at::Tensor &key,
        const at::Tensor &value, const std::optional<at::Tensor> &addend, double probability, bool causal,
        double scale) {
        const auto mask = addend.value_or(at::Tensor());
        const auto dropout = Dropout::draw(probability);
        const auto log_sums =
            at::empty({query.size(0), query.size(1), query.size(2)}, query.options().dtype(at::kFloat));
        context->saved_data["key"] = static_cast<int64_t>(dropout.key);
        context->saved_data["probability"] = probability;
        context->saved_data["causal"] = causal;
        context->saved_data["scale"] = scale;
        context->save_for_backward({query, key, value, mask, log_sums});
        return forward_tensors(query, key, value, mask, log_sums, dropout, causal, scale);
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto saved = context->get_saved_variables();
        const auto query = dense_last(saved[0]), key = dense_last(saved[1]), value = dense_last(saved[2]);
        const auto gradient = dense_last(gradients[0]);
        const auto dropout = Dropout::with(
            static_cast<uint64_t>(context->saved_data["key"].toInt()), context->saved_data["probability"].toDouble());
        const auto s = scores(
            query, key, value, saved[3], saved[4], dropout, context->saved_data["causal"].toBool(),
            context->saved_data["scale"].toDouble());
        const auto like = [&](const at::Tensor &x, size_t index) {
            return context->needs_input_grad(index)
                       ? empty_heads(x.size(0), x.size(1), x.size(2), x.size(3), x.options())
                       : at::Tensor();
        };
        const auto query_gradient = like(query, 0), key_gradient = like(key, 1), value_gradient = like(value, 2);
        const int64_t columns = padded(s.keys), width = padded(s.width), value_width = padded(s.value_width);
        const int64_t memory = (s.queries + s.keys) * 2 * (width + value_width) +
                               (s.width + s.value_width + 2 * s.queries) * columns;
        for_type(query, [&](auto zero) {
            using T = decltype(zero);
            const auto wanted = [](const at::Tensor &x) { return x.defined() ? vectors<T>(x) : Vectors<T>(); };
            const Backward<T> b = {
                s,
                vectors<const T>(query),
                vectors<const T>(key),
                vectors<const T>(value),
                vectors<const T>(gradient),
                wanted(query_gradient),
                wanted(key_gradient),
                wanted(value_gradient)};
            parallel_for(0, key.size(0) * key.size(1), 1, [&](int64_t begin, int64_t end) {
                std::vector<float> numbers(static_cast<size_t>(memory));
                attend_back(b, numbers.data(), begin, end);
            });
        });
        return {query_gradient, key_gradient, value_gradient, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
    }
};

bool fits(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value, const std::optional<at::Tensor> &mask,
    bool grouped) {
    return has_kernels(query) && query.dim() == 4 && key.dim() == 4 && value.dim() == 4 && query.numel() > 0 &&
           key.numel() > 0 && value.numel() > 0 && key.scalar_type() == query.scalar_type() &&
           value.scalar_type() == query.scalar_type() && query.size(2) <= longest && key.size(2) <= longest &&
           key.size(0) == query.size(0) && value.size(0) == query.size(0) && value.size(1) == key.size(1) &&
           value.size(2) == key.size(2) && key.size(3) == query.size(3) &&
           (grouped ? query.size(1) % key.size(1) == 0 : query.size(1) == key.size(1)) &&
           !(mask && (mask->requires_grad() || mask->dim() != 4));
}

/* What a mask adds to scores, of the scores' shape. */
at::Tensor added(const at::Tensor &mask, at::IntArrayRef shape) {
    auto numbers = mask;
    if (mask.scalar_type() == at::kBool) {
        numbers = at::zeros(mask.sizes(), mask.options().dtype(at::kFloat))
                      .masked_fill_(mask.logical_not(), -std::numeric_limits<double>::infinity());
    }
    numbers = numbers.to(at::kFloat);
    if (numbers.size(3) == 1 && shape[3] != 1) {
        numbers = numbers.expand({numbers.size(0), numbers.size(1), numbers.size(2), shape[3]});
    }
    return numbers.contiguous().expand(shape);
}

/* The same with the whole of the scores in memory, as LibTorch computes it where weights are dropped, but with dropout of
   our own: LibTorch's draws from one sequence for all threads. */
at::Tensor composed(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value, const std::optional<at::Tensor> &mask,
    double probability, bool causal, std::optional<double> scale, bool grouped) {
    const int64_t group = grouped ? query.size(1) / key.size(1) : 1;
    const auto keys = group == 1 ? key : key.repeat_interleave(group, 1);
    const auto values = group == 1 ? value : value.repeat_interleave(group, 1);
    const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(-1))));
    auto scores = at::matmul(query.mul(factor), keys.transpose(-2, -1));
    if (causal) {
        const auto seen = at::ones({query.size(-2), key.size(-2)}, query.options().dtype(at::kBool)).tril();
        scores = scores.masked_fill(seen.logical_not(), -std::numeric_limits<double>::infinity());
    }
    if (mask) {
        scores = mask->scalar_type() == at::kBool
                     ? scores.masked_fill(mask->logical_not(), -std::numeric_limits<double>::infinity())
                     : scores.add(*mask);
    }
    return at::matmul(dropout(at::softmax(scores, -1), probability), values);
}

}  // namespace

at::Tensor attention(
    const at::Tensor &query, const at::Tensor &key, const at::Tensor &value, const std::optional<at::Tensor> &mask,
    double probability, bool causal, std::optional<double> scale, bool grouped) {
    if (!fits(query, key, value, mask, grouped)) {
        if (widens(query)) {
            const auto wide_mask =
                mask && mask->scalar_type() == at::kBFloat16 ? std::optional<at::Tensor>(mask->to(at::kFloat)) : mask;
            return attention(
                       query.to(at::kFloat), key.to(at::kFloat), value.to(at::kFloat), wide_mask, probability, causal,
                       scale, grouped)
                .to(query.scalar_type());
        }
        if (probability > 0 && has_kernels(query)) {
            return composed(query, key, value, mask, probability, causal, scale, grouped);
        }
        return at::scaled_dot_product_attention(query, key, value, mask, probability, causal, scale, grouped);
    }
    TORCH_CHECK(!(mask && causal), "a causal attention takes no mask");
    const double factor = scale.value_or(1 / std::sqrt(static_cast<double>(query.size(3))));
    std::optional<at::Tensor> addend;
    if (mask) {
        addend = added(*mask, {query.size(0), query.size(1), query.size(2), key.size(2)});
    }
    if (records(query, key, value)) {
        return Attention::apply(query, key, value, addend, probability, causal, factor);
    }
    return forward_tensors(query, key, value, addend.value_or(at::Tensor()), {}, Dropout::draw(probability), causal, factor);
}

}  // namespace bridge
