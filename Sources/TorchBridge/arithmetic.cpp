#include "Bridge.h"
#include "Kernels.h"

#include <ATen/ops/linalg_pinv.h>
#include <ATen/ops/linalg_qr.h>
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/rsub.h>
#include <ATen/ops/silu.h>

namespace bridge {

namespace {

at::Scalar beside(ct_tensor x, double value) { return scalar(value, x->value.scalar_type()); }

std::optional<at::Scalar> bound(ct_tensor x, const double *value) {
    return value ? std::optional<at::Scalar>(beside(x, *value)) : std::nullopt;
}

}  // namespace

void add_arithmetic_functions(ct_api &table) {
    table.add = [](ct_tensor a, ct_tensor b, double scale) {
        return make([&] { return a->value.add(b->value, beside(b, scale)); });
    };
    table.multiply = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.mul(b->value); }); };
    table.divide = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.div(b->value); }); };
    table.add_scalar = [](ct_tensor a, double b) { return make([&] { return a->value.add(beside(a, b)); }); };
    table.multiply_scalar = [](ct_tensor a, double b) { return make([&] { return a->value.mul(beside(a, b)); }); };
    table.divide_scalar = [](ct_tensor a, double b) { return make([&] { return a->value.div(b); }); };
    table.subtract_from_scalar = [](double a, ct_tensor b) {
        return make([&] { return at::rsub(b->value, beside(b, a)); });
    };
    table.divide_scalar_by = [](double a, ct_tensor b) { return make([&] { return b->value.reciprocal().mul(a); }); };
    table.negate = [](ct_tensor x) { return make([&] { return x->value.neg(); }); };
    table.matmul = [](ct_tensor a, ct_tensor b) { return make([&] { return a->value.matmul(b->value); }); };
    table.pseudo_inverse = [](ct_tensor x, double relative_tolerance) {
        return make([&] { return at::linalg_pinv(x->value, std::nullopt, relative_tolerance); });
    };
    table.svd = [](ct_tensor x, ct_tensor *u, ct_tensor *s, ct_tensor *vt) {
        return attempt([&] {
            auto [left, values, right] = at::linalg_svd(x->value, /*full_matrices=*/false);
            *u = new ct_tensor_(std::move(left));
            *s = new ct_tensor_(std::move(values));
            *vt = new ct_tensor_(std::move(right));
        });
    };
    table.qr = [](ct_tensor x, ct_tensor *q, ct_tensor *r) {
        return attempt([&] {
            auto [orthonormal, triangular] = at::linalg_qr(x->value, "reduced");
            *q = new ct_tensor_(std::move(orthonormal));
            *r = new ct_tensor_(std::move(triangular));
        });
    };

    table.add_ = [](ct_tensor x, ct_tensor other, double scale) {
        return attempt([&] { x->value.add_(other->value, beside(x, scale)); });
    };
    table.multiply_scalar_ = [](ct_tensor x, double factor) {
        return attempt([&] { x->value.mul_(beside(x, factor)); });
    };
    table.copy_ = [](ct_tensor x, ct_tensor source) { return attempt([&] { x->value.copy_(source->value); }); };
    table.fill_ = [](ct_tensor x, double value) { return attempt([&] { x->value.fill_(beside(x, value)); }); };

    table.exp = [](ct_tensor x) { return make([&] { return x->value.exp(); }); };
    table.log = [](ct_tensor x) { return make([&] { return x->value.log(); }); };
    table.sqrt = [](ct_tensor x) { return make([&] { return x->value.sqrt(); }); };
    table.rsqrt = [](ct_tensor x) { return make([&] { return x->value.rsqrt(); }); };
    table.abs = [](ct_tensor x) { return make([&] { return x->value.abs(); }); };
    table.sin = [](ct_tensor x) { return make([&] { return x->value.sin(); }); };
    table.cos = [](ct_tensor x) { return make([&] { return x->value.cos(); }); };
    table.tanh = [](ct_tensor x) { return make([&] { return x->value.tanh(); }); };
    table.sigmoid = [](ct_tensor x) { return make([&] { return x->value.sigmoid(); }); };
    table.relu = [](ct_tensor x) { return make([&] { return x->value.relu(); }); };
    table.silu = [](ct_tensor x) { return make([&] { return at::silu(x->value); }); };
    table.gelu = [](ct_tensor x, bool tanh_approximation) {
        return make([&] { return gelu(x->value, tanh_approximation); });
    };
    table.pow = [](ct_tensor x, double exponent) { return make([&] { return x->value.pow(beside(x, exponent)); }); };
    table.clamp = [](ct_tensor x, const double *minimum, const double *maximum) {
        return make([&] { return x->value.clamp(bound(x, minimum), bound(x, maximum)); });
    };
}

}  // namespace bridge
