"""Makes adalora.json: a training with PEFT's AdaLoRA and its allocator of ranks, in the loop of make_losses.py.

Needs torch, transformers and peft. The adapter begins with the weights of TestSupport/hashed_weights.py. Of each tensor
in the end there is the sum of its elements, each times its place from 1 on by the number of elements, and its norm.
"""
import json
import os
import sys
import tempfile

import make_losses as loop
import peft
import torch

sys.path.insert(0, os.path.join(loop.folder, "..", "..", "TestSupport"))
import hashed_weights  # noqa: E402

STEPS = 8


def summary(tensor):
    flat = tensor.detach().flatten().double()
    places = torch.arange(1, flat.numel() + 1) / max(flat.numel(), 1)
    return [float((flat * places).sum()), float(flat.norm())]


def main():
    config = peft.AdaLoraConfig(
        task_type="SEQ_CLS", target_modules=["query", "value"], init_r=4, target_r=2, lora_alpha=6, tinit=1, tfinal=2,
        deltaT=2, beta1=0.8, beta2=0.7, orth_reg_weight=0.25, total_step=STEPS)
    model = peft.get_peft_model(loop.tiny_bert(), config)
    tensors = peft.get_peft_model_state_dict(model)
    described = hashed_weights.describe(tensors)
    for tensor in described:
        tensor["scale"] = 0.0 if tensor["name"].endswith("lora_E") else 0.05 if "lora_" in tensor["name"] else 0.2
    peft.set_peft_model_state_dict(model, hashed_weights.make(described))

    def regularization(batch):
        outputs = model(**batch)
        return outputs.loss - torch.nn.functional.cross_entropy(outputs.logits, batch["labels"])

    counts = []

    def after_step(step):
        model.base_model.update_and_allocate(step)
        counts.append(sum(int((p != 0).sum()) for name, p in model.named_parameters() if ".lora_E." in name))

    losses, _ = loop.train(model, regularization=regularization, after_step=after_step)
    with tempfile.TemporaryDirectory() as path:
        model.save_pretrained(path)
        with open(os.path.join(path, "adapter_config.json")) as file:
            saved = json.load(file)
    result = {
        "config": dict(saved, rank_pattern=None), "weights": described, "losses": losses, "counts": counts,
        "rank_pattern": saved["rank_pattern"],
        "tensors": {name: summary(p) for name, p in peft.get_peft_model_state_dict(model).items()}}
    print(losses, counts, saved["rank_pattern"])
    with open(os.path.join(loop.folder, "adalora.json"), "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
