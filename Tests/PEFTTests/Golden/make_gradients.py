"""Makes gradients.json: the gradients that PEFT gives adapters of variants.json for a loss of all logits.

Needs torch, transformers and peft. Of each tensor that is trained there is the sum of its gradient's elements, each
times its place from 1 on by the number of elements, and their norm. Named methods are made anew, and the others stay as
they are: `make_gradients.py vera`.
"""
import json
import os
import sys
import tempfile

import make_variants as variants
import peft
import safetensors.torch
import torch

CASES = [
    ("bert", variants.ROWS, method)
    for method in ("lora", "dora", "ia3", "embeddings-dora", "prompt-tuning", "prefix-tuning", "bias-all")
] + [("llama", variants.CAUSAL, method) for method in ("dora", "ia3", "embeddings", "prefix-tuning", "modules")] + [
    (model, task, method) for model, task in (("bert", variants.ROWS), ("llama", variants.CAUSAL))
    for method in ("vera", "adalora")]


def main():
    results = []
    path = os.path.join(variants.folder, "gradients.json")
    if sys.argv[1:]:
        with open(path) as file:
            results = [result for result in json.load(file) if result["method"] not in sys.argv[1:]]
    for model, task, method in CASES:
        if sys.argv[1:] and method not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as temporary:
            base_path, adapter_path = os.path.join(temporary, "base"), os.path.join(temporary, "adapter")
            variants.make_base(model, task, base_path)

            def base():
                return variants.model_class(model, task).from_pretrained(base_path, attn_implementation="eager").eval()

            def config():
                return variants.METHODS[method](model, variants.TASK_TYPES[task])

            variants.make_adapter(config(), base(), adapter_path)
            # PEFT loads no prompt to be trained further, but takes its values.
            adapted = peft.get_peft_model(base(), config()).eval()
            file = os.path.join(adapter_path, "adapter_model.safetensors")
            peft.set_peft_model_state_dict(adapted, safetensors.torch.load_file(file))
            loss = 0
            for ids, types in zip(variants.IDS, variants.TYPES):
                inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
                if model == "bert":
                    inputs["token_type_ids"] = torch.tensor([types])
                loss = loss + (adapted(**inputs).logits ** 2).sum()
            loss.backward()
            gradients = {}
            for name, parameter in adapted.named_parameters():
                if parameter.grad is None or "original_module" in name:
                    continue
                name = name.removeprefix("base_model.").removeprefix("model.")
                for part in (".default", ".modules_to_save", ".base_layer"):
                    name = name.replace(part, "")
                name = name.replace("lora_magnitude_vector.weight", "lora_magnitude_vector")
                flat = parameter.grad.flatten().double()
                places = torch.arange(1, flat.numel() + 1) / flat.numel()
                gradients[name] = [float((flat * places).sum()), float(flat.norm())]
        results.append({"base": f"{model} {task}", "method": method, "loss": float(loss), "gradients": gradients})
        print(model, method, float(loss), len(gradients), list(gradients)[:3])
    with open(path, "w") as file:
        json.dump(results, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
