#include "Bridge.h"
#include "Dropout.h"

#include <ATen/Context.h>
#include <ATen/core/ivalue.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace bridge {

namespace {

using Function = ct_tensor (*)(void *context, const ct_tensor *inputs, ct_size count);
using Release = void (*)(void *context);

/* What is computed, and once more for gradients. */
struct Body : torch::CustomClassHolder {
    Function function;
    void *context;
    Release free;

    Body(Function function, void *context, Release free) : function(function), context(context), free(free) {}
    ~Body() override { free(context); }

    at::Tensor operator()(const std::vector<at::Tensor> &inputs) const {
        std::vector<ct_tensor> handles;
        for (const auto &input : inputs) {
            handles.push_back(new ct_tensor_(input));
        }
        const auto handle = function(context, handles.data(), static_cast<ct_size>(handles.size()));
        TORCH_CHECK(handle, "what is computed twice failed");
        auto output = handle->value;
        delete handle;
        return output;
    }
};

/* What the draws of a thread depend on at a moment. */
struct Moment {
    /* Of the thread's own sequence of keys; the generators are not asked then. */
    std::optional<uint64_t> keys;
    std::vector<std::pair<at::Device, at::Tensor>> generators;

    /* Kernels of our own draw on the CPU for any device. */
    static Moment now(const at::Device &device) {
        Moment moment;
        if (const auto *keys = KeySequence::current()) {
            moment.keys = *keys;
            return moment;
        }
        moment.add(at::kCPU);
        if (!device.is_cpu()) {
            moment.add(device);
        }
        return moment;
    }

    void come_back() const {
        if (keys) {
            auto *current = KeySequence::current();
            TORCH_CHECK(current, "gradients are computed on another thread than what they are of");
            *current = *keys;
        }
        for (const auto &[device, state] : generators) {
            auto generator = at::globalContext().defaultGenerator(device);
            const std::lock_guard<std::mutex> lock(generator.mutex());
            generator.set_state(state);
        }
    }

private:
    void add(const at::Device &device) {
        auto generator = at::globalContext().defaultGenerator(device);
        const std::lock_guard<std::mutex> lock(generator.mutex());
        generators.emplace_back(device, generator.get_state());
    }
};

/* The random numbers of another moment, for as long as this lives. */
struct Replay {
    const Moment before;

    Replay(const Moment &moment, const at::Device &device) : before(Moment::now(device)) { moment.come_back(); }
    ~Replay() { before.come_back(); }
};

/* What is kept of the first time. */
struct Record : torch::CustomClassHolder {
    c10::intrusive_ptr<Body> body;
    Moment moment;
    /* What is trained within the body. */
    std::vector<at::Tensor> leaves;
    at::Tensor output;
};

/* Inputs without what led to them. */
std::vector<at::Tensor> detached(const std::vector<at::Tensor> &inputs) {
    std::vector<at::Tensor> results;
    for (const auto &input : inputs) {
        results.push_back(input.detach().set_requires_grad(input.requires_grad()));
    }
    return results;
}

/* The leaves under a tensor, but for these. */
std::vector<at::Tensor> leaves(const at::Tensor &output, const std::vector<at::Tensor> &others) {
    using torch::autograd::Node;
    std::vector<at::Tensor> found;
    std::vector<Node *> open = {output.grad_fn().get()};
    std::unordered_set<Node *> seen(open.begin(), open.end());
    while (!open.empty()) {
        auto *node = open.back();
        open.pop_back();
        if (auto *end = dynamic_cast<torch::autograd::AccumulateGrad *>(node)) {
            const auto is_same = [&](const at::Tensor &other) { return other.is_same(end->variable); };
            if (std::none_of(others.begin(), others.end(), is_same)) {
                found.push_back(end->variable);
            }
            continue;
        }
        for (const auto &edge : node->next_edges()) {
            if (edge.function && seen.insert(edge.function.get()).second) {
                open.push_back(edge.function.get());
            }
        }
    }
    return found;
}

/* The inputs are those of the body, and the leaves within it: their gradients are handed on like any other, and nothing
   is added to a tensor that other threads know. */
struct Recomputation : torch::autograd::Function<Recomputation> {
    static at::Tensor forward(
        torch::autograd::AutogradContext *context, const at::TensorList &inputs,
        const c10::intrusive_ptr<Record> &record) {
        context->saved_data["record"] = c10::IValue::make_capsule(record);
        context->save_for_backward(inputs.slice(0, inputs.size() - record->leaves.size()).vec());
        return std::exchange(record->output, {});
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext *context, const torch::autograd::variable_list &gradients) {
        const auto capsule = context->saved_data["record"].toCapsule();
        const auto &record = *static_cast<const Record *>(capsule.get());
        std::vector<at::Tensor> inputs;
        for (const auto &saved : context->get_saved_variables()) {
            inputs.push_back(saved.detach().set_requires_grad(context->needs_input_grad(inputs.size())));
        }
        at::Tensor output;
        {
            const c10::AutoGradMode recording(true);
            const Replay replay(record.moment, inputs.front().device());
            output = (*record.body)(inputs);
        }
        auto all = inputs;
        all.insert(all.end(), record.leaves.begin(), record.leaves.end());
        torch::autograd::variable_list wanted;
        for (size_t i = 0; i < all.size(); ++i) {
            if (context->needs_input_grad(i)) {
                wanted.push_back(all[i]);
            }
        }
        const auto found = torch::autograd::grad(
            {output}, wanted, {gradients[0]}, /*retain_graph=*/std::nullopt, /*create_graph=*/false,
            /*allow_unused=*/true);
        // One for what is no tensor, too.
        torch::autograd::variable_list results(all.size() + 1);
        for (size_t i = 0, next = 0; i < all.size(); ++i) {
            if (context->needs_input_grad(i)) {
                results[i] = found[next++];
            }
        }
        return results;
    }
};

}  // namespace

void add_recomputation_functions(ct_api &table) {
    table.recompute = [](const ct_tensor *inputs, ct_size count, void *context, Function function, Release release) {
        return make([&] {
            const auto body = c10::make_intrusive<Body>(function, context, release);
            TORCH_CHECK(count > 0, "no inputs; expected one at least");
            auto values = tensors(inputs, count);
            if (!c10::GradMode::is_enabled()) {
                return (*body)(values);
            }
            const auto record = c10::make_intrusive<Record>();
            record->body = body;
            record->moment = Moment::now(values.front().device());
            // What leads to the output tells what is trained within the body, and is gone before the next layer.
            const auto own = detached(values);
            const auto output = (*body)(own);
            if (!output.requires_grad()) {
                return output;
            }
            if (output.grad_fn()) {
                record->leaves = leaves(output, own);
            }
            record->output = output.detach();
            values.insert(values.end(), record->leaves.begin(), record->leaves.end());
            return Recomputation::apply(at::TensorList(values), record);
        });
    };
}

}  // namespace bridge
