"""Makes bfloat16.json: by how much the logits of transformers' models in bfloat16 differ from those in float32.

Needs torch and transformers. Models and rows are those of make_models.py; of each there is the largest difference at
tokens.
"""
import json
import os
import tempfile

import make_models as models
import safetensors.torch
import torch

import hashed_weights


def main():
    errors = {}
    for name, config_class, model_class, task, settings in models.CASES:
        classes = dict(id2label={0: "bad", 1: "fair", 2: "good"}, label2id={"bad": 0, "fair": 1, "good": 2})
        config = config_class(**settings, **(classes if task in (models.ROWS, models.TOKENS) else {}))
        with tempfile.TemporaryDirectory() as saved:
            file = os.path.join(saved, "model.safetensors")
            model_class(config).save_pretrained(saved)
            gain = 0.0 if name.startswith("gemma") else 1.0
            described = hashed_weights.describe(safetensors.torch.load_file(file), gain)
            safetensors.torch.save_file(hashed_weights.make(described), file, metadata={"format": "pt"})
            inputs = {"input_ids": torch.tensor(models.IDS), "attention_mask": torch.tensor(models.MASK)}
            if settings.get("type_vocab_size") != 1 and name.split()[0] in ("bert", "electra"):
                inputs["token_type_ids"] = torch.tensor(models.TYPES)
            if task == models.ANSWERS:
                inputs["decoder_input_ids"] = torch.tensor(models.DECODER_IDS)
            logits = []
            for dtype in (torch.float32, torch.bfloat16):
                model = model_class.from_pretrained(saved, attn_implementation="eager", dtype=dtype).eval()
                with torch.no_grad():
                    logits.append(model(**inputs).logits.float())
        difference = (logits[0] - logits[1]).abs()
        if difference.dim() == 3 and task != models.ANSWERS:
            difference = difference[torch.tensor(models.MASK).bool()]
        errors[name] = float(f"{float(difference.max()):.4g}")
        print(name, errors[name], float(logits[0].abs().max()))
    with open(os.path.join(models.folder, "bfloat16.json"), "w") as file:
        json.dump(errors, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main()
