"""Makes token_losses.json: the loss, its gradients, and what is told at each place, by transformers, for small models
whose targets are tokens.

Needs torch and transformers. Models, rows and weights are those of ModelsTests/Golden/make_models.py. Of each parameter
there is the sum of its gradient's elements, each times its place from 1 on by the number of elements, and their norm.
"""
import json
import os
import sys
import tempfile

folder = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(folder, "..", "..", "ModelsTests", "Golden"))
import make_models as models  # noqa: E402
import safetensors.torch  # noqa: E402
import torch  # noqa: E402

sys.path.insert(0, os.path.join(folder, "..", "..", "TestSupport"))
import hashed_weights  # noqa: E402

NAMES = ["gpt2 " + models.CAUSAL, "llama 3 " + models.CAUSAL, "gemma " + models.CAUSAL, "bert " + models.MASKED,
         "roberta " + models.MASKED, "bert " + models.TOKENS, "t5", "t5 gated"]
NONE = -100
# In the first row most is supervised, in the third one token alone.
TOKENS = [[2, 17, 5, 44, 9, 31, 3, 12], [NONE, NONE, 23, 3] + [NONE] * 4, [NONE] * 5 + [3, NONE, NONE]]
ANSWERS = [[21, 7, 9, 30, 1, NONE], [4, 6, 1, NONE, NONE, NONE], [NONE, 2, 2, 9, 1, 1]]
CLASSES = [[0, 1, 2, 2, NONE, 0, 1, NONE], [NONE, 2, 1, NONE] + [NONE] * 4, [0, 0] + [NONE] * 6]


def main():
    cases = []
    for name, config_class, model_class, task, settings in models.CASES:
        if name not in NAMES:
            continue
        classes = dict(id2label={0: "bad", 1: "fair", 2: "good"}, label2id={"bad": 0, "fair": 1, "good": 2})
        config = config_class(**settings, **(classes if task == models.TOKENS else {}))
        with tempfile.TemporaryDirectory() as saved:
            file = os.path.join(saved, "model.safetensors")
            model_class(config).save_pretrained(saved)
            gain = 0.0 if name.startswith("gemma") else 1.0
            described = hashed_weights.describe(safetensors.torch.load_file(file), gain)
            safetensors.torch.save_file(hashed_weights.make(described), file, metadata={"format": "pt"})
            model = model_class.from_pretrained(saved, attn_implementation="eager").eval()
        inputs = {"input_ids": torch.tensor(models.IDS), "attention_mask": torch.tensor(models.MASK)}
        if name.startswith("bert"):
            inputs["token_type_ids"] = torch.tensor(models.TYPES)
        targets = torch.tensor(
            {models.ANSWERS: ANSWERS, models.TOKENS: CLASSES}.get(task, TOKENS))
        if task == models.ANSWERS:
            inputs["decoder_input_ids"] = torch.tensor(models.DECODER_IDS)
        output = model(**inputs, labels=targets)
        output.loss.backward()
        logits, wanted = output.logits.detach(), targets
        if task == models.CAUSAL:
            logits, wanted = logits[:, :-1], targets[:, 1:]
        places = wanted != NONE
        gradients = {}
        for parameter_name, parameter in model.named_parameters():
            if parameter.grad is None:
                continue
            flat = parameter.grad.flatten().double()
            weights = torch.arange(1, flat.numel() + 1) / flat.numel()
            gradients[parameter_name] = [float((flat * weights).sum()), float(flat.norm())]
        json_config = json.loads(config.to_json_string(use_diff=False))
        json_config["architectures"] = [model_class.__name__]
        cases.append({
            "name": name, "task": task, "config": json_config, "weights": described,
            "uses_types": "token_type_ids" in inputs, "targets": targets.tolist(), "loss": float(output.loss),
            "losses": torch.nn.functional.cross_entropy(logits[places], wanted[places], reduction="none").tolist(),
            "predicted": logits[places].argmax(-1).tolist(), "gradients": gradients})
        print(name, float(output.loss), len(gradients), int(places.sum()))
    with open(os.path.join(folder, "token_losses.json"), "w") as file:
        json.dump({"ids": models.IDS, "mask": models.MASK, "types": models.TYPES, "decoder_ids": models.DECODER_IDS,
                   "cases": cases}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
