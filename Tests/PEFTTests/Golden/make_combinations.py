"""Makes combinations.json: what PEFT's add_weighted_adapter makes of two LoRA adapters on a small LLaMA.

Needs torch, transformers and peft. The model and the adapters' weights are made as in make_variants.py; the second
adapter's have their rows in the opposite order.
"""
import json
import os
import tempfile

import make_variants as variants
import peft
import safetensors.torch
import torch

KINDS = {
    "linear": dict(combination_type="linear", weights=[0.7, 0.5]),
    "negative": dict(combination_type="linear", weights=[1.0, -0.4]),
    "cat": dict(combination_type="cat", weights=[0.7, -0.5]),
    "ties": dict(combination_type="ties", weights=[0.7, 0.5], density=0.6),
    "ties-frequency": dict(combination_type="ties", weights=[1.0, 0.3], density=0.9, majority_sign_method="frequency"),
    "magnitude-prune": dict(combination_type="magnitude_prune", weights=[0.7, 0.5], density=0.4),
}


def main():
    model, task = "llama", variants.CAUSAL
    with tempfile.TemporaryDirectory() as path:
        base_path = os.path.join(path, "base")
        variants.make_base(model, task, base_path)

        def base():
            return variants.model_class(model, task).from_pretrained(base_path, attn_implementation="eager").eval()

        configs, weights = [], None
        for number, alpha in enumerate([5, 2]):
            adapter = os.path.join(path, str(number))
            config = peft.LoraConfig(
                task_type="CAUSAL_LM", r=3, lora_alpha=alpha, target_modules=["q_proj", "v_proj"], use_rslora=number == 1)
            weights, json_config = variants.make_adapter(config, base(), adapter)
            configs.append(json_config)
        file = os.path.join(path, "1", "adapter_model.safetensors")
        flipped = {name: value.flip(0).contiguous() for name, value in safetensors.torch.load_file(file).items()}
        safetensors.torch.save_file(flipped, file, metadata={"format": "pt"})
        cases = []
        for name, settings in KINDS.items():
            adapted = peft.PeftModel.from_pretrained(base(), os.path.join(path, "0"), adapter_name="first")
            adapted.load_adapter(os.path.join(path, "1"), adapter_name="second")
            adapted.add_weighted_adapter(["first", "second"], adapter_name="both", **settings)
            # PEFT takes use_rslora from the first adapter: where it is set, the scale is not 1.
            adapted.set_adapter("both")
            cases.append(dict(settings, name=name, logits=variants.logits(adapted.eval(), False)))
            print(name, max(abs(value) for row in cases[-1]["logits"] for value in row))
    with open(os.path.join(variants.folder, "combinations.json"), "w") as file:
        json.dump({"base": f"{model} {task}", "configs": configs, "weights": weights, "cases": cases}, file,
                  separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
