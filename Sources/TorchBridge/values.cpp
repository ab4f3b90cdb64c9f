#include "Bridge.h"

#include <cstring>

namespace bridge {

void add_value_functions(ct_api &table) {
    table.read = [](ct_tensor x, ct_dtype dtype, void *destination, ct_size byte_count) {
        return attempt([&] {
            const auto values = x->value.detach().to(at::kCPU).to(scalar_type(dtype)).contiguous();
            TORCH_CHECK(
                static_cast<ct_size>(values.nbytes()) == byte_count, "the tensor takes ", values.nbytes(),
                " bytes, not ", byte_count);
            if (byte_count > 0) {
                std::memcpy(destination, values.const_data_ptr(), values.nbytes());
            }
        });
    };
    table.item = [](ct_tensor x, double *value) { return attempt([&] { *value = x->value.item().toDouble(); }); };
    table.data = [](ct_tensor x) -> const void * {
        const auto &tensor = x->value;
        return tensor.is_cpu() && tensor.numel() > 0 ? tensor.const_data_ptr() : nullptr;
    };
    table.to_dtype = [](ct_tensor x, ct_dtype dtype) { return make([&] { return x->value.to(scalar_type(dtype)); }); };
    table.to_device = [](ct_tensor x, ct_device index) { return make([&] { return x->value.to(device(index)); }); };
    table.contiguous = [](ct_tensor x) { return make([&] { return x->value.contiguous(); }); };
    table.copy = [](ct_tensor x) { return make([&] { return x->value.clone(); }); };
    table.detach = [](ct_tensor x) { return make([&] { return x->value.detach(); }); };
    table.share = [](ct_tensor x) { return make([&] { return x->value; }); };
}

}  // namespace bridge
