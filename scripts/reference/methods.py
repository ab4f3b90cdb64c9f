"""The methods that are compared, as PEFT makes them with random factors, and how their tensors are called here."""
import torch
import safetensors.torch
from peft import (
    AdaLoraConfig, IA3Config, LoraConfig, PeftModel, PrefixTuningConfig, PromptEncoderConfig, PromptTuningConfig,
    VeraConfig, get_peft_model)

from architectures import MASKED, PEFT_TASKS


class Method:
    def __init__(self, name, config=None, merges=False, allows_padding=True, epsilon=1e-8, excludes=()):
        self.name, self.config, self.merges, self.allows_padding = name, config, merges, allows_padding
        self.epsilon, self.excludes = epsilon, excludes

    def applies(self, family, task):
        return task not in self.excludes

    def attach(self, model, family, task):
        torch.manual_seed(9)
        tuned = get_peft_model(model, self.config(family, task))
        with torch.no_grad():
            for name, parameter in tuned.named_parameters():
                if parameter.requires_grad and "modules_to_save" not in name:
                    parameter.copy_(self.initial(name, parameter))
        return tuned

    def initial(self, name, parameter):
        """Random values: an adapter that does nothing compares with anything."""
        return torch.randn(parameter.shape) * 0.2

    def our_name(self, name):
        for old, new in [
            (".default", ""), (".modules_to_save", ""), ("base_model.model.", ""), ("base_model.", ""), (".base_layer", ""),
            ("magnitude_vector.weight", "magnitude_vector"),
        ]:
            name = name.replace(old, new)
        return name

    def ours_as_reference(self, name, ours):
        """Our tensor as the reference holds it."""
        return ours

    def save(self, tuned, folder):
        tuned.save_pretrained(folder)

    def read(self, family, task, folder):
        base = family.model_class(task).from_pretrained(folder / "model")
        return PeftModel.from_pretrained(base, folder / "ours/adapter")


class FullFineTuning(Method):
    def attach(self, model, family, task):
        return model

    def ours_as_reference(self, name, ours):
        # GPT-2's matrices are (inputs, outputs) there.
        return ours.T if name.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")) else ours

    def our_name(self, name):
        return name

    def read(self, family, task, folder):
        return family.model_class(task).from_pretrained(folder / "ours/adapter")


class PTuning(Method):
    """PEFT exports what the encoder makes; the encoder itself goes beside it, where our side keeps it."""

    def save(self, tuned, folder):
        tuned.save_pretrained(folder)
        encoder = tuned.prompt_encoder["default"].state_dict()
        safetensors.torch.save_file(
            {name: tensor.contiguous() for name, tensor in encoder.items()}, folder / "prompt_encoder.safetensors")


class AdaLoRA(Method):
    def read(self, family, task, folder):
        tuned = super().read(family, task, folder)
        # PEFT looks for the adapter that it trains where it is given labels, and knows none in one that was loaded.
        tuned.base_model.trainable_adapter_name = "default"
        return tuned


class BitFit(Method):
    """All biases, and factors that are zero and stay so, as our side writes them; for models that have biases."""

    def applies(self, family, task):
        return family.prefix in ("Bert", "Roberta", "DistilBert", "Electra", "GPT2", "GPTNeoX", "Qwen2")

    def initial(self, name, parameter):
        return torch.zeros(parameter.shape) if "lora_" in name else super().initial(name, parameter)


def lora(**settings):
    return lambda family, task: LoraConfig(
        task_type=PEFT_TASKS[task], fan_in_fan_out=family.prefix == "GPT2",
        **{"r": 4, "lora_alpha": 8, "target_modules": family.targets, **settings})


def adalora(family, task):
    # PEFT adds the distance from orthogonality to the loss that it gives, ours to that of a training.
    return AdaLoraConfig(
        task_type=PEFT_TASKS[task], init_r=4, target_r=2, lora_alpha=8, total_step=100, orth_reg_weight=0,
        target_modules=family.targets, fan_in_fan_out=family.prefix == "GPT2")


def vera(**settings):
    return lambda family, task: VeraConfig(
        task_type=PEFT_TASKS[task], r=8, projection_prng_key=3, target_modules=family.feed_forward,
        fan_in_fan_out=family.prefix == "GPT2", **settings)


def ia3(family, task):
    return IA3Config(
        task_type=PEFT_TASKS[task], target_modules=family.feed_forward, feedforward_modules=family.feed_forward[-1:],
        fan_in_fan_out=family.prefix == "GPT2")


def soft(kind, **settings):
    return lambda family, task: kind(task_type=PEFT_TASKS[task], num_virtual_tokens=4, **settings)


METHODS = [
    # Biases of keys have no gradient but rounding, which AdamW blows up unless ε is above it.
    FullFineTuning("full", merges=True, epsilon=1e-5),
    Method("lora", lora(), merges=True),
    Method("lora, all linear", lora(target_modules="all-linear", use_rslora=True), merges=True),
    Method(
        "lora, variants",
        lambda family, task: lora(
            target_modules="all-linear", bias="all", rank_pattern={family.targets[0]: 2},
            alpha_pattern={family.targets[0]: 3})(family, task),
        merges=True, epsilon=1e-5),
    Method("dora", lora(use_dora=True), merges=True),
    AdaLoRA("adalora", adalora, merges=True),
    Method("vera", vera(), merges=True),
    Method("vera, seed", vera(save_projection=False), merges=True),
    Method("ia3", ia3, merges=True),
    BitFit("bitfit", lora(r=1, lora_alpha=1, bias="all"), merges=True, epsilon=1e-5),
    Method("prompt tuning", soft(PromptTuningConfig), allows_padding=False, excludes=(MASKED,)),
    PTuning(
        "p-tuning, mlp", soft(PromptEncoderConfig, encoder_hidden_size=16), allows_padding=False,
        excludes=(MASKED,)),
    PTuning(
        "p-tuning, lstm",
        soft(PromptEncoderConfig, encoder_hidden_size=16, encoder_reparameterization_type="LSTM"),
        allows_padding=False, excludes=(MASKED,)),
    Method("prefix tuning", soft(PrefixTuningConfig), allows_padding=False, excludes=(MASKED,)),
]
