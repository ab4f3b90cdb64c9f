#include "Bridge.h"
#include "Dropout.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

namespace bridge {

namespace {

at::Generator generator_of(ct_generator handle, ct_device index) {
    return handle ? handle->value : at::globalContext().defaultGenerator(device(index));
}

}  // namespace

void add_random_functions(ct_api &table) {
    table.generator_make = [](uint64_t seed) -> ct_generator {
        try {
            return new ct_generator_{at::detail::createCPUGenerator(seed)};
        } catch (...) {
            remember_exception();
            return nullptr;
        }
    };
    table.generator_release = [](ct_generator generator) { delete generator; };
    table.generator_state = [](ct_generator handle, ct_device index) {
        return make([&] {
            auto generator = generator_of(handle, index);
            const std::lock_guard<std::mutex> lock(generator.mutex());
            return generator.get_state();
        });
    };
    table.generator_set_state = [](ct_generator handle, ct_device index, ct_tensor state) {
        return attempt([&] {
            auto generator = generator_of(handle, index);
            const std::lock_guard<std::mutex> lock(generator.mutex());
            generator.set_state(state->value);
        });
    };
    table.draw_key = []() -> uint64_t { return KeySequence::draw(); };
    table.seed = [](uint64_t seed) { return attempt([&] { at::manual_seed(seed); }); };
}

}  // namespace bridge
