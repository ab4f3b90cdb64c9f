/* Sixteen numbers at a time, for the loops that LibTorch has no kernel for.

   The operations are the compiler's on vectors, so the same source becomes AVX-512, AVX2, SSE or NEON. A function
   marked VERSIONED is compiled for several processors, and the loader takes the best that there is. */
#ifndef VECTORS_H
#define VECTORS_H

#include <c10/util/BFloat16.h>

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#define VERSIONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VERSIONED
#endif

/* What a versioned function calls is compiled as a part of it. */
#define INLINED inline __attribute__((always_inline))

#pragma clang fp contract(fast)

namespace bridge {

constexpr int64_t lanes = 16;

struct Words {
    typedef uint32_t Lanes __attribute__((vector_size(64)));
    Lanes v;
};

/* A structure, because vectors as such are passed differently by the versions of a function; without constructors, which
   clang forgets to emit for versions. */
struct Floats {
    typedef float Lanes __attribute__((vector_size(64)));
    Lanes v;
};

/* The number in all lanes. */
INLINED Floats all(float x) { return {x - Floats::Lanes{}}; }

INLINED Floats operator+(Floats a, Floats b) { return {a.v + b.v}; }
INLINED Floats operator-(Floats a, Floats b) { return {a.v - b.v}; }
INLINED Floats operator*(Floats a, Floats b) { return {a.v * b.v}; }
INLINED Floats operator/(Floats a, Floats b) { return {a.v / b.v}; }
INLINED Floats operator+(Floats a, float b) { return {a.v + b}; }
INLINED Floats operator-(Floats a, float b) { return {a.v - b}; }
INLINED Floats operator*(Floats a, float b) { return {a.v * b}; }
INLINED Floats operator-(float a, Floats b) { return {a - b.v}; }
INLINED Floats operator/(float a, Floats b) { return {a / b.v}; }
INLINED void operator+=(Floats &a, Floats b) { a.v += b.v; }

INLINED Words bits(Floats x) { return {reinterpret_cast<Words::Lanes>(x.v)}; }
INLINED Floats floats(Words x) { return {reinterpret_cast<Floats::Lanes>(x.v)}; }
/* What is not a number on the left stays. */
INLINED Floats minimum(Floats a, Floats b) { return {b.v < a.v ? b.v : a.v}; }
INLINED Floats maximum(Floats a, Floats b) { return {b.v > a.v ? b.v : a.v}; }

/* Always in the same order. */
INLINED float sum(Floats x) {
    float parts[lanes];
    std::memcpy(parts, &x.v, sizeof parts);
    for (int64_t half = lanes / 2; half > 0; half /= 2) {
        for (int64_t i = 0; i < half; ++i) {
            parts[i] += parts[i + half];
        }
    }
    return parts[0];
}

INLINED float largest(Floats x) {
    float parts[lanes];
    std::memcpy(parts, &x.v, sizeof parts);
    for (int64_t half = lanes / 2; half > 0; half /= 2) {
        for (int64_t i = 0; i < half; ++i) {
            parts[i] = parts[i] > parts[i + half] ? parts[i] : parts[i + half];
        }
    }
    return parts[0];
}

// MARK: Memory

INLINED Floats load(const float *from) {
    Floats x;
    std::memcpy(&x.v, from, sizeof x.v);
    return x;
}

INLINED void store(float *to, Floats x) { std::memcpy(to, &x.v, sizeof x.v); }

typedef uint16_t Halves __attribute__((vector_size(32)));

INLINED Floats load(const c10::BFloat16 *from) {
    Halves x;
    std::memcpy(&x, from, sizeof x);
    return floats({__builtin_convertvector(x, Words::Lanes) << 16});
}

/* Rounded to nearest, to even between two; what is not a number stays that. */
INLINED void store(c10::BFloat16 *to, Floats x) {
    const Words::Lanes word = bits(x).v;
    const Words::Lanes rounded = (word + 0x7fff + ((word >> 16) & 1)) >> 16;
    const auto number = x.v == x.v;
    const Words::Lanes chosen = number ? rounded : (word >> 16) | 0x40;
    const Halves halves = __builtin_convertvector(chosen, Halves);
    std::memcpy(to, &halves, sizeof halves);
}

/* The first `count` of sixteen; the others are 0. */
template <typename T>
INLINED Floats load(const T *from, int64_t count) {
    if (count >= lanes) {
        return load(from);
    }
    T part[lanes] = {};
    std::memcpy(part, from, static_cast<size_t>(count) * sizeof(T));
    return load(part);
}

template <typename T>
INLINED void store(T *to, Floats x, int64_t count) {
    if (count >= lanes) {
        store(to, x);
        return;
    }
    T part[lanes];
    store(part, x);
    std::memcpy(to, part, static_cast<size_t>(count) * sizeof(T));
}

/* The first `count` numbers of it, and zeros. */
INLINED Floats first(Floats x, int64_t count) {
    float parts[lanes];
    store(parts, x);
    return load(parts, count);
}

// MARK: Functions

/* eˣ to 1e-7 of it, from Cephes' polynomial; 0 below -87.3, where float32 has no more normal numbers. */
INLINED Floats exponential(Floats x) {
    const auto vanishes = x.v < -87.3f;
    x = minimum(maximum(x, all(-87.3f)), all(88.0f));
    const Floats shifted = x * 1.44269504f + 12582912.0f;  // 1.5 · 2²³: whole numbers stand in the last bits
    const Floats whole = shifted - 12582912.0f;
    const Floats rest = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    Floats p = rest * 1.9875691500e-4f + 1.3981999507e-3f;
    p = p * rest + 8.3334519073e-3f;
    p = p * rest + 4.1665795894e-2f;
    p = p * rest + 1.6666665459e-1f;
    p = p * rest + 5.0000001201e-1f;
    p = p * rest * rest + rest + 1.0f;
    const Words scaled = {bits(p).v + (bits(shifted).v << 23)};
    return {vanishes ? Floats::Lanes{} : floats(scaled).v};
}

/* erf to 2e-7, as x·P(x²)/Q(x²) on [-4, 4], with Eigen's coefficients. */
INLINED Floats error_function(Floats x) {
    x = minimum(maximum(x, all(-4.0f)), all(4.0f));
    const Floats square = x * x;
    Floats p = square * -2.72614225801306e-10f + 2.77068142495902e-08f;
    p = p * square - 2.10102402082508e-06f;
    p = p * square - 5.69250639462346e-05f;
    p = p * square - 7.34990630326855e-04f;
    p = p * square - 2.95459980854025e-03f;
    p = p * square - 1.60960333262415e-02f;
    Floats q = square * -1.45660718464996e-05f - 2.13374055278905e-04f;
    q = q * square - 1.68282697438203e-03f;
    q = q * square - 7.37332916720468e-03f;
    q = q * square - 1.42647390514189e-02f;
    return x * p / q;
}

}  // namespace bridge

#endif
