"""Makes initialisations.json: LoRA that begins with a part of the weights, as PEFT begins and converts it.

Needs torch, transformers and peft. The base models are those of make_variants.py. Training is stood in for by factors on
the ranks that don't depend on signs, which a decomposition may choose. Of each weight that PEFT changed there is the sum
of its elements, each times its place from 1 on by the number of elements, and its norm.
"""
import json
import os
import tempfile
import warnings

import make_variants as variants
import peft
import torch

CASES = [
    ("bert", variants.ROWS, dict(init_lora_weights="pissa", r=3, lora_alpha=5)),
    ("bert", variants.ROWS, dict(
        init_lora_weights="pissa", r=3, lora_alpha=5, rank_pattern={"output.dense": 4}, alpha_pattern={"query": 2})),
    ("bert", variants.ROWS, dict(init_lora_weights="olora", r=3, lora_alpha=5, use_rslora=True)),
    ("gpt2", variants.CAUSAL, dict(init_lora_weights="pissa", r=3, lora_alpha=5)),
    ("llama", variants.CAUSAL, dict(init_lora_weights="olora", r=3, lora_alpha=6)),
]


def summary(tensor):
    flat = tensor.detach().flatten().double()
    places = torch.arange(1, flat.numel() + 1) / flat.numel()
    return [float((flat * places).sum()), float(flat.norm())]


def main():
    warnings.filterwarnings("ignore")
    results = []
    for model, task, settings in CASES:
        with tempfile.TemporaryDirectory() as path:
            base_path = os.path.join(path, "base")
            variants.make_base(model, task, base_path)

            def base():
                return variants.model_class(model, task).from_pretrained(base_path, attn_implementation="eager").eval()

            config = peft.LoraConfig(
                task_type=variants.TASK_TYPES[task], target_modules=variants.MODELS[model][3] + variants.MODELS[model][5],
                fan_in_fan_out=model == "gpt2", **settings)
            tuned = peft.get_peft_model(base(), config).eval()
            residual = {}
            for name, parameter in tuned.named_parameters():
                if name.endswith("base_layer.weight"):
                    name = name.removeprefix("base_model.model.").replace(".base_layer", "")
                    residual[name] = summary(parameter.T if model == "gpt2" else parameter)
            # As PEFT's documentation says: the beginning is saved, and its configuration must not begin anew.
            start, end = os.path.join(path, "start"), os.path.join(path, "end")
            tuned.peft_config["default"].init_lora_weights = True
            tuned.save_pretrained(start)
            tuned.peft_config["default"].init_lora_weights = settings["init_lora_weights"]
            with torch.no_grad():
                for name, parameter in tuned.named_parameters():
                    if "lora_A" in name:
                        parameter.mul_(torch.arange(1, parameter.shape[0] + 1).unsqueeze(1) * 0.25)
                    elif "lora_B" in name:
                        parameter.mul_(torch.arange(1, parameter.shape[1] + 1) * 0.5 + 0.5)
            uses_types = model == "bert"
            trained = variants.logits(tuned, uses_types)
            tuned.save_pretrained(end, path_initial_model_for_weight_conversion=start)
            with open(os.path.join(end, "adapter_config.json")) as file:
                converted = json.load(file)
            # PEFT leaves a head out of what it converts, and doesn't read that.
            if task == variants.CAUSAL:
                read = peft.PeftModel.from_pretrained(base(), end).eval()
                again = variants.logits(read, uses_types)
                print("read again", max(abs(x - y) for a, b in zip(trained, again) for x, y in zip(a, b)))
            results.append({
                "base": f"{model} {task}", "settings": settings, "targets": sorted(config.target_modules),
                "residual": residual, "logits": trained, "converted": converted})
            print(model, settings, len(residual), trained[0][:3])
    with open(os.path.join(variants.folder, "initialisations.json"), "w") as file:
        json.dump(results, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
