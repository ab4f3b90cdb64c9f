#include "Bridge.h"
#include "Dropout.h"
#include "Parallel.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <c10/core/GradMode.h>

#include <string>

namespace bridge {

namespace {

/* The version is asked of the library that is loaded: the headers tell only what was compiled against. */
std::string loaded_version() {
    const std::string key = "TORCH_VERSION=";
    const auto configuration = at::show_config();
    const auto start = configuration.find(key);
    if (start == std::string::npos) {
        return "unknown";
    }
    const auto first = start + key.size();
    return configuration.substr(first, configuration.find_first_of(", \n", first) - first);
}

const char *version() {
    try {
        static const std::string text = loaded_version();
        return text.c_str();
    } catch (...) {
        return "unknown";
    }
}

int32_t cuda_device_count() {
    try {
        return at::hasCUDA() ? static_cast<int32_t>(at::getNumGPUs()) : 0;
    } catch (...) {
        return 0;
    }
}

}  // namespace

void add_library_functions(ct_api &table) {
    table.last_error = last_message;
    table.version = version;
    table.live_tensors = []() -> ct_size { return ct_tensor_::live; };
    table.thread_count = []() -> int32_t { return at::get_num_threads(); };
    table.set_thread_count = [](int32_t count) { return attempt([&] { at::set_num_threads(count); }); };
    table.side_by_side = [](int32_t count, const uint64_t *keys, void (*body)(void *, int32_t), void *context) {
        return attempt([&] {
            // An operation within a parallel region has one thread.
            parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
                const bool recording = c10::GradMode::is_enabled();
                for (int64_t index = begin; index < end; ++index) {
                    const KeySequence sequence(keys[index]);
                    c10::GradMode::set_enabled(true);
                    body(context, static_cast<int32_t>(index));
                }
                c10::GradMode::set_enabled(recording);
            });
        });
    };
    table.cuda_device_count = cuda_device_count;

    table.release = [](ct_tensor x) { delete x; };
    table.rank = [](ct_tensor x) -> ct_size { return x->value.dim(); };
    table.sizes = [](ct_tensor x) -> const ct_size * { return x->value.sizes().data(); };
    table.count = [](ct_tensor x) -> ct_size { return x->value.numel(); };
    table.dtype = [](ct_tensor x) { return dtype_code(x->value.scalar_type()); };
    table.device = [](ct_tensor x) -> ct_device {
        return x->value.is_cuda() ? static_cast<ct_device>(x->value.device().index()) : CT_CPU;
    };
    table.is_contiguous = [](ct_tensor x) { return x->value.is_contiguous(); };
}

}  // namespace bridge
