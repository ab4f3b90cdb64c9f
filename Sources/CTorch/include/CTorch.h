/* The plain C interface to LibTorch.

   Nothing here links LibTorch: its functions are the fields of one table, `ct_api`, that the shared library
   TorchBridge exports. `ct_load` opens that library on first use, so a program that computes nothing never
   pays for loading LibTorch.

   A function that makes a tensor returns NULL on failure; one that returns an int32_t returns 0, or non-zero on
   failure. After a failure `last_error()` holds LibTorch's message for the calling thread. Functions that return
   anything else can't fail. No C++ exception passes through.

   Dimensions may be negative, as in LibTorch: -1 is the last one. */
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__clang__) && !defined(__cplusplus)
#define CT_SENDABLE __attribute__((swift_attr("@Sendable")))
#else
#define CT_SENDABLE
#endif

/* A field of the table: a pointer to a function that is always there. */
#define CT_FUNCTION(name) (*_Nonnull name)

#pragma clang assume_nonnull begin

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this table; a library with another one is refused. */
#define CT_API_VERSION 6

/* A size, an index or a dimension: 64 bits. */
typedef ptrdiff_t ct_size;

/* A tensor: a counted reference to a LibTorch tensor, freed by `release`. */
typedef struct ct_tensor_ *ct_tensor;

/* A source of random numbers with a state of its own, freed by `generator_release`. */
typedef struct ct_generator_ *ct_generator;

/* Element types. */
enum {
    CT_FLOAT32 = 0,
    CT_FLOAT16 = 1,
    CT_BFLOAT16 = 2,
    CT_FLOAT64 = 3,
    CT_INT64 = 4,
    CT_INT32 = 5,
    CT_INT16 = 6,
    CT_INT8 = 7,
    CT_UINT8 = 8,
    CT_BOOL = 9,
};
typedef int32_t ct_dtype;

/* Devices: CT_CPU, or the index of a CUDA device from 0. */
enum { CT_CPU = -1 };
typedef int32_t ct_device;

/* How a loss joins the losses of its elements. */
enum { CT_REDUCE_NONE = 0, CT_REDUCE_MEAN = 1, CT_REDUCE_SUM = 2 };
typedef int32_t ct_reduction;

/* How a frozen matrix is kept in few bits. */
enum {
    /* Codes of 8 bits, (rows, columns), and the largest magnitude of each row: a weight is code / 127 of it (Dettmers et al.
       2022, arXiv 2208.07339). */
    CT_QUANTIZATION_INT8 = 0,
    /* Two codes of 4 bits a byte, the first in the upper half; of each 64 weights the largest magnitude, in 8 bits; of
       each 256 of these the largest; and the mean that was taken off them (Dettmers et al. 2023, arXiv 2305.14314). */
    CT_QUANTIZATION_NF4 = 1,
};
typedef int32_t ct_quantization;

/* The tensors of a matrix in few bits, in the order in which its kind names them: 2 or 4. */
enum { CT_QUANTIZED_PARTS = 4 };
typedef struct {
    ct_quantization kind;
    ct_size rows, columns;
    const ct_tensor _Nonnull *_Nonnull parts;
    ct_size part_count;
} ct_quantized;

typedef struct CT_SENDABLE ct_api {
    /* CT_API_VERSION of the library, checked by ct_load. */
    int32_t api_version;

    /* --- Library --- */

    /* The message of this thread's last failure, until its next one. */
    const char *_Nonnull CT_FUNCTION(last_error)(void);
    /* The version of the LibTorch that is loaded, for example "2.11.0". */
    const char *_Nonnull CT_FUNCTION(version)(void);
    /* How many tensors are made and not released: what a leak would raise. */
    ct_size CT_FUNCTION(live_tensors)(void);
    /* Threads inside one operation, in all of the process. */
    int32_t CT_FUNCTION(thread_count)(void);
    int32_t CT_FUNCTION(set_thread_count)(int32_t count);
    /* Calls the body with each index below `count`, at the same time as far as there are threads. In each call an operation
       has one thread, and what is random in it follows from its key. The body must not throw. */
    int32_t CT_FUNCTION(side_by_side)(
        int32_t count, const uint64_t *_Nonnull keys, void (*_Nonnull body)(void *_Nonnull context, int32_t index),
        void *_Nonnull context);
    /* How many CUDA devices this LibTorch can use. */
    int32_t CT_FUNCTION(cuda_device_count)(void);

    /* --- Tensors --- */

    void CT_FUNCTION(release)(ct_tensor x);
    ct_size CT_FUNCTION(rank)(ct_tensor x);
    /* `rank` sizes, valid while the tensor lives and is not resized. */
    const ct_size *_Nonnull CT_FUNCTION(sizes)(ct_tensor x);
    ct_size CT_FUNCTION(count)(ct_tensor x);
    /* -1 for an element type that this interface doesn't know. */
    ct_dtype CT_FUNCTION(dtype)(ct_tensor x);
    ct_device CT_FUNCTION(device)(ct_tensor x);
    bool CT_FUNCTION(is_contiguous)(ct_tensor x);

    /* --- Creation --- */

    /* Copies `byte_count` bytes, which must be as many as the shape and dtype need. */
    ct_tensor _Nullable CT_FUNCTION(from_bytes)(
        const void *_Nullable bytes, ct_size byte_count, ct_dtype dtype, const ct_size *shape, ct_size rank);
    /* A tensor over foreign memory, which `release(context)` frees when no tensor uses it any more. On failure
       `release` is not called. */
    ct_tensor _Nullable CT_FUNCTION(from_memory)(
        void *memory, ct_dtype dtype, const ct_size *shape, ct_size rank, void *context,
        void CT_FUNCTION(release)(void *context));
    ct_tensor _Nullable CT_FUNCTION(empty)(const ct_size *shape, ct_size rank, ct_dtype dtype, ct_device device);
    ct_tensor _Nullable CT_FUNCTION(full)(
        const ct_size *shape, ct_size rank, double value, ct_dtype dtype, ct_device device);
    /* start, start + step … below end. */
    ct_tensor _Nullable CT_FUNCTION(arange)(
        ct_size start, ct_size end, ct_size step, ct_dtype dtype, ct_device device);
    ct_tensor _Nullable CT_FUNCTION(normal)(
        const ct_size *shape, ct_size rank, double mean, double deviation, ct_dtype dtype, ct_device device,
        ct_generator _Nullable generator);
    ct_tensor _Nullable CT_FUNCTION(uniform)(
        const ct_size *shape, ct_size rank, double low, double high, ct_dtype dtype, ct_device device,
        ct_generator _Nullable generator);
    /* 0 … count - 1 in random order, int64. */
    ct_tensor _Nullable CT_FUNCTION(permutation)(ct_size count, ct_generator _Nullable generator);

    /* --- Values and conversion --- */

    /* Writes the elements in row-major order, converted to `dtype`; `byte_count` must be exactly what they need. */
    int32_t CT_FUNCTION(read)(ct_tensor x, ct_dtype dtype, void *_Nullable destination, ct_size byte_count);
    /* The only element of a tensor. */
    int32_t CT_FUNCTION(item)(ct_tensor x, double *value);
    /* The first element in memory; NULL for an empty tensor or one that is not on the CPU. */
    const void *_Nullable CT_FUNCTION(data)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(to_dtype)(ct_tensor x, ct_dtype dtype);
    ct_tensor _Nullable CT_FUNCTION(to_device)(ct_tensor x, ct_device device);
    ct_tensor _Nullable CT_FUNCTION(contiguous)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(copy)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(detach)(ct_tensor x);
    /* Another handle of the same tensor. */
    ct_tensor _Nullable CT_FUNCTION(share)(ct_tensor x);

    /* --- Arithmetic --- */

    /* a + scale * b */
    ct_tensor _Nullable CT_FUNCTION(add)(ct_tensor a, ct_tensor b, double scale);
    ct_tensor _Nullable CT_FUNCTION(multiply)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(divide)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(add_scalar)(ct_tensor a, double b);
    ct_tensor _Nullable CT_FUNCTION(multiply_scalar)(ct_tensor a, double b);
    ct_tensor _Nullable CT_FUNCTION(divide_scalar)(ct_tensor a, double b);
    /* a - b, a / b with a number in front */
    ct_tensor _Nullable CT_FUNCTION(subtract_from_scalar)(double a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(divide_scalar_by)(double a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(negate)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(matmul)(ct_tensor a, ct_tensor b);
    /* Moore and Penrose's inverse of a matrix; singular values below a share of the largest count as 0. */
    ct_tensor _Nullable CT_FUNCTION(pseudo_inverse)(ct_tensor x, double relative_tolerance);
    /* x = u · diag(s) · vt for a matrix (m, n), with k = min(m, n): u (m, k), s (k) falling, vt (k, n). */
    int32_t CT_FUNCTION(svd)(
        ct_tensor x, ct_tensor _Nullable *_Nonnull u, ct_tensor _Nullable *_Nonnull s,
        ct_tensor _Nullable *_Nonnull vt);
    /* x = q · r for a matrix (m, n), with k = min(m, n): q (m, k) of orthonormal columns, r (k, n) upper triangular. */
    int32_t CT_FUNCTION(qr)(ct_tensor x, ct_tensor _Nullable *_Nonnull q, ct_tensor _Nullable *_Nonnull r);

    /* In place. */
    int32_t CT_FUNCTION(add_)(ct_tensor x, ct_tensor other, double scale);
    int32_t CT_FUNCTION(multiply_scalar_)(ct_tensor x, double factor);
    int32_t CT_FUNCTION(copy_)(ct_tensor x, ct_tensor source);
    int32_t CT_FUNCTION(fill_)(ct_tensor x, double value);

    /* --- Elementwise functions --- */

    ct_tensor _Nullable CT_FUNCTION(exp)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(log)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(sqrt)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(rsqrt)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(abs)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(sin)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(cos)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(tanh)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(sigmoid)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(relu)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(silu)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(gelu)(ct_tensor x, bool tanh_approximation);
    ct_tensor _Nullable CT_FUNCTION(pow)(ct_tensor x, double exponent);
    /* NULL leaves a side open. */
    ct_tensor _Nullable CT_FUNCTION(clamp)(
        ct_tensor x, const double *_Nullable minimum, const double *_Nullable maximum);

    /* --- Shape --- */

    ct_tensor _Nullable CT_FUNCTION(reshape)(ct_tensor x, const ct_size *shape, ct_size rank);
    ct_tensor _Nullable CT_FUNCTION(expand)(ct_tensor x, const ct_size *shape, ct_size rank);
    ct_tensor _Nullable CT_FUNCTION(permute)(ct_tensor x, const ct_size *dimensions, ct_size rank);
    ct_tensor _Nullable CT_FUNCTION(transpose)(ct_tensor x, ct_size a, ct_size b);
    ct_tensor _Nullable CT_FUNCTION(unsqueeze)(ct_tensor x, ct_size dimension);
    ct_tensor _Nullable CT_FUNCTION(squeeze)(ct_tensor x, ct_size dimension);
    ct_tensor _Nullable CT_FUNCTION(flatten)(ct_tensor x, ct_size first, ct_size last);
    ct_tensor _Nullable CT_FUNCTION(narrow)(ct_tensor x, ct_size dimension, ct_size start, ct_size length);
    ct_tensor _Nullable CT_FUNCTION(select)(ct_tensor x, ct_size dimension, ct_size index);
    ct_tensor _Nullable CT_FUNCTION(concatenate)(
        const ct_tensor _Nonnull *_Nonnull tensors, ct_size count, ct_size dimension);
    ct_tensor _Nullable CT_FUNCTION(stack)(
        const ct_tensor _Nonnull *_Nonnull tensors, ct_size count, ct_size dimension);
    /* Writes `count` tensors, one for each of the sizes. */
    int32_t CT_FUNCTION(split)(
        ct_tensor x, const ct_size *sizes, ct_size count, ct_size dimension, ct_tensor _Nullable *_Nonnull parts);
    ct_tensor _Nullable CT_FUNCTION(upper_triangle)(ct_tensor x, ct_size diagonal);
    ct_tensor _Nullable CT_FUNCTION(lower_triangle)(ct_tensor x, ct_size diagonal);

    /* --- Indexing and comparison --- */

    ct_tensor _Nullable CT_FUNCTION(index_select)(ct_tensor x, ct_size dimension, ct_tensor indices);
    ct_tensor _Nullable CT_FUNCTION(gather)(ct_tensor x, ct_size dimension, ct_tensor indices);
    ct_tensor _Nullable CT_FUNCTION(masked_fill)(ct_tensor x, ct_tensor mask, double value);
    ct_tensor _Nullable CT_FUNCTION(where)(ct_tensor condition, ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(equal)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(less)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(greater)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(equal_scalar)(ct_tensor a, double b);
    ct_tensor _Nullable CT_FUNCTION(less_scalar)(ct_tensor a, double b);
    ct_tensor _Nullable CT_FUNCTION(greater_scalar)(ct_tensor a, double b);
    ct_tensor _Nullable CT_FUNCTION(logical_and)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(logical_or)(ct_tensor a, ct_tensor b);
    ct_tensor _Nullable CT_FUNCTION(logical_not)(ct_tensor x);

    /* --- Reductions --- */

    /* Over `count` dimensions; over all of them where `dimensions` is NULL. */
    ct_tensor _Nullable CT_FUNCTION(sum)(
        ct_tensor x, const ct_size *_Nullable dimensions, ct_size count, bool keep);
    ct_tensor _Nullable CT_FUNCTION(mean)(
        ct_tensor x, const ct_size *_Nullable dimensions, ct_size count, bool keep);
    /* The largest along a dimension and where it stands. */
    int32_t CT_FUNCTION(max)(
        ct_tensor x, ct_size dimension, bool keep, ct_tensor _Nullable *_Nonnull values,
        ct_tensor _Nullable *_Nonnull indices);
    ct_tensor _Nullable CT_FUNCTION(argmax)(ct_tensor x, ct_size dimension, bool keep);
    /* Running sums along a dimension. */
    ct_tensor _Nullable CT_FUNCTION(cumulative_sum)(ct_tensor x, ct_size dimension);
    /* √Σx² of all elements, computed in float64. */
    int32_t CT_FUNCTION(norm)(ct_tensor x, double *value);
    /* The largest |x|; 0 for an empty tensor. */
    int32_t CT_FUNCTION(max_abs)(ct_tensor x, double *value);
    int32_t CT_FUNCTION(all_finite)(ct_tensor x, bool *value);
    int32_t CT_FUNCTION(all_zero)(ct_tensor x, bool *value);

    /* --- Neural networks --- */

    ct_tensor _Nullable CT_FUNCTION(softmax)(ct_tensor x, ct_size dimension);
    ct_tensor _Nullable CT_FUNCTION(log_softmax)(ct_tensor x, ct_size dimension);
    ct_tensor _Nullable CT_FUNCTION(linear)(ct_tensor x, ct_tensor weight, ct_tensor _Nullable bias);
    /* x·Wᵀ + bias + (scale·x·Aᵀ)·Bᵀ, with gradients for x, A and B; A and B may be of a wider type. */
    ct_tensor _Nullable CT_FUNCTION(low_rank_linear)(
        ct_tensor x, ct_tensor weight, ct_tensor _Nullable bias, ct_tensor a, ct_tensor b, double scale);
    /* Writes the parts of a matrix of finite numbers on the CPU, and how many they are. */
    int32_t CT_FUNCTION(quantize)(
        ct_tensor x, ct_quantization kind, ct_tensor _Nullable *_Nonnull parts, ct_size *part_count);
    /* (rows, columns) */
    ct_tensor _Nullable CT_FUNCTION(dequantize)(const ct_quantized *weight, ct_dtype dtype);
    /* `linear` of what `dequantize` gives, which is there for this product alone, and again for its gradients: those for x
       and bias. */
    ct_tensor _Nullable CT_FUNCTION(quantized_linear)(
        ct_tensor x, const ct_quantized *weight, ct_tensor _Nullable bias);
    /* The same of `low_rank_linear`. */
    ct_tensor _Nullable CT_FUNCTION(quantized_low_rank_linear)(
        ct_tensor x, const ct_quantized *weight, ct_tensor _Nullable bias, ct_tensor a, ct_tensor b, double scale);
    ct_tensor _Nullable CT_FUNCTION(embedding)(ct_tensor weight, ct_tensor ids);
    ct_tensor _Nullable CT_FUNCTION(layer_norm)(
        ct_tensor x, const ct_size *shape, ct_size rank, ct_tensor _Nullable weight, ct_tensor _Nullable bias,
        double eps);
    /* layer_norm(dropout(x) + residual) over the last dimension; a probability of 0 drops nothing. */
    ct_tensor _Nullable CT_FUNCTION(dropout_add_layer_norm)(
        ct_tensor x, ct_tensor residual, ct_tensor weight, ct_tensor bias, double probability, double eps);
    ct_tensor _Nullable CT_FUNCTION(rms_norm)(
        ct_tensor x, const ct_size *shape, ct_size rank, ct_tensor _Nullable weight, double eps);
    ct_tensor _Nullable CT_FUNCTION(dropout)(ct_tensor x, double probability, bool training);
    /* softmax(q·kᵀ·scale + mask)·v; scale NULL is 1/√width. Key heads may be fewer where `grouped` is true. */
    ct_tensor _Nullable CT_FUNCTION(attention)(
        ct_tensor query, ct_tensor key, ct_tensor value, ct_tensor _Nullable mask, double dropout, bool causal,
        const double *_Nullable scale, bool grouped);
    ct_tensor _Nullable CT_FUNCTION(cross_entropy)(
        ct_tensor logits, ct_tensor targets, ct_tensor _Nullable weight, ct_reduction reduction,
        ct_size ignored_target, double label_smoothing);
    ct_tensor _Nullable CT_FUNCTION(mean_squared_error)(ct_tensor x, ct_tensor target, ct_reduction reduction);
    ct_tensor _Nullable CT_FUNCTION(binary_cross_entropy_with_logits)(
        ct_tensor logits, ct_tensor targets, ct_reduction reduction);
    /* The outputs of the last layer; batch first; states begin at 0. Weights as LibTorch orders them: for each
       layer and direction input, hidden, input bias, hidden bias. */
    ct_tensor _Nullable CT_FUNCTION(lstm)(
        ct_tensor x, const ct_tensor _Nonnull *_Nonnull weights, ct_size count, ct_size hidden_size, ct_size layers,
        bool bidirectional, double dropout, bool training);

    /* --- Automatic differentiation --- */

    bool CT_FUNCTION(requires_gradient)(ct_tensor x);
    int32_t CT_FUNCTION(set_requires_gradient)(ct_tensor x, bool value);
    bool CT_FUNCTION(is_leaf)(ct_tensor x);
    /* Whether a gradient has been accumulated. */
    bool CT_FUNCTION(has_gradient)(ct_tensor x);
    ct_tensor _Nullable CT_FUNCTION(gradient)(ct_tensor x);
    /* NULL clears it. */
    int32_t CT_FUNCTION(set_gradient)(ct_tensor x, ct_tensor _Nullable gradient);
    /* Adds d x / d leaf to the gradient of every leaf under the scalar x. */
    int32_t CT_FUNCTION(backward)(ct_tensor x);
    /* d x / d tensor for each tensor, NULL where x does not depend on it; each is released by the caller. NULL for
       `gradient`, that of x, is 1 for a scalar. Nothing is added to the tensors' own gradients. */
    int32_t CT_FUNCTION(gradients)(
        ct_tensor x, ct_tensor _Nullable gradient, const ct_tensor _Nonnull *_Nonnull tensors, ct_size count,
        ct_tensor _Nullable *_Nonnull gradients);
    /* What `body` makes of the inputs. Nothing is kept for gradients but the inputs: the body is called again for them,
       on the thread that computes gradients, with the random numbers of the first time. It takes over the inputs'
       handles, and its result belongs to the caller; NULL is a failure. `release(context)` is called when the body will
       not be called any more. Where nothing is recorded the body is called once. */
    ct_tensor _Nullable CT_FUNCTION(recompute)(
        const ct_tensor _Nonnull *_Nonnull inputs, ct_size count, void *context,
        ct_tensor _Nullable CT_FUNCTION(body)(void *context, const ct_tensor _Nonnull *_Nonnull inputs, ct_size count),
        void CT_FUNCTION(release)(void *context));
    /* Whether operations are recorded on this thread; returns what held before. */
    bool CT_FUNCTION(set_recording)(bool recording);

    /* --- Optimizer --- */

    /* One step of AdamW (Loshchilov, Hutter, arXiv 1711.05101) on `count` parameters in place; `step` counts from 1. */
    int32_t CT_FUNCTION(adamw_step)(
        const ct_tensor _Nonnull *_Nonnull parameters, const ct_tensor _Nonnull *_Nonnull gradients,
        const ct_tensor _Nonnull *_Nonnull first_moments,
        const ct_tensor _Nonnull *_Nonnull second_moments, ct_size count, ct_size step,
        double learning_rate, double beta1, double beta2, double eps, double weight_decay);
    /* Scales the tensors in place so that the norm of them all is at most `limit`; gives the norm before. */
    int32_t CT_FUNCTION(clip_norm)(
        const ct_tensor _Nonnull *_Nonnull tensors, ct_size count, double limit, double *norm);

    /* --- Random numbers --- */

    ct_generator _Nullable CT_FUNCTION(generator_make)(uint64_t seed);
    void CT_FUNCTION(generator_release)(ct_generator generator);
    /* The state as a tensor of bytes; NULL for `generator` is the default generator of `device`. */
    ct_tensor _Nullable CT_FUNCTION(generator_state)(ct_generator _Nullable generator, ct_device device);
    int32_t CT_FUNCTION(generator_set_state)(ct_generator _Nullable generator, ct_device device, ct_tensor state);
    /* Seeds the default generators of all devices. */
    int32_t CT_FUNCTION(seed)(uint64_t seed);
    /* 64 bits of the default generator of the CPU. */
    uint64_t CT_FUNCTION(draw_key)(void);
} ct_api;

/* What the shared library exports under the name "ct_get_api". */
typedef const ct_api *_Nonnull (*ct_get_api_function)(void);

/* Opens the library at `path` and returns its table; NULL on failure, with a message in `message`
   (of `capacity` bytes). */
const ct_api *_Nullable ct_load(const char *path, char *message, size_t capacity);

/* From now on, memory that is taken in blocks of `size` bytes or more goes back to the system as soon as it is free. */
void ct_give_back_blocks(int32_t size);

#ifdef __cplusplus
}
#endif

#pragma clang assume_nonnull end

#endif
