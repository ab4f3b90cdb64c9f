#include "Bridge.h"

#include <c10/util/Exception.h>

#include <cmath>
#include <cstdio>

std::atomic<ct_size> ct_tensor_::live{0};

namespace bridge {

namespace {

thread_local char message[4096] = "";

struct DTypeCode {
    ct_dtype code;
    at::ScalarType type;
};

constexpr DTypeCode dtype_codes[] = {
    {CT_FLOAT32, at::kFloat}, {CT_FLOAT16, at::kHalf}, {CT_BFLOAT16, at::kBFloat16}, {CT_FLOAT64, at::kDouble},
    {CT_INT64, at::kLong},    {CT_INT32, at::kInt},    {CT_INT16, at::kShort},       {CT_INT8, at::kChar},
    {CT_UINT8, at::kByte},    {CT_BOOL, at::kBool},
};

}  // namespace

void remember_exception() noexcept {
    try {
        throw;
    } catch (const c10::Error &error) {
        std::snprintf(message, sizeof message, "%s", error.what_without_backtrace());
    } catch (const std::bad_alloc &) {
        std::snprintf(message, sizeof message, "out of memory");
    } catch (const std::exception &error) {
        std::snprintf(message, sizeof message, "%s", error.what());
    } catch (...) {
        std::snprintf(message, sizeof message, "an unknown C++ exception");
    }
}

const char *last_message() noexcept { return message; }

std::vector<at::Tensor> tensors(const ct_tensor *handles, ct_size count) {
    std::vector<at::Tensor> values;
    values.reserve(static_cast<size_t>(count));
    for (ct_size i = 0; i < count; ++i) {
        values.push_back(handles[i]->value);
    }
    return values;
}

at::ScalarType scalar_type(ct_dtype dtype) {
    for (const auto &entry : dtype_codes) {
        if (entry.code == dtype) {
            return entry.type;
        }
    }
    TORCH_CHECK(false, "there is no dtype of number ", dtype);
}

ct_dtype dtype_code(at::ScalarType type) {
    for (const auto &entry : dtype_codes) {
        if (entry.type == type) {
            return entry.code;
        }
    }
    return -1;
}

at::Device device(ct_device device) {
    return device < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device));
}

at::TensorOptions options(ct_dtype dtype, ct_device index) {
    return at::TensorOptions().dtype(scalar_type(dtype)).device(device(index));
}

at::Scalar scalar(double value, at::ScalarType type) {
    constexpr double limit = 9007199254740992.0;  // 2^53: every whole number below is exact
    if (at::isIntegralType(type, /*includeBool=*/false) && std::trunc(value) == value && std::abs(value) <= limit) {
        return static_cast<int64_t>(value);
    }
    return value;
}

}  // namespace bridge
