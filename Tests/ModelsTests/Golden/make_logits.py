"""Makes logits.json: what transformers computes for the tiny BERT of the tests.

Needs torch and transformers.
"""
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import BertForSequenceClassification

folder = os.path.dirname(os.path.abspath(__file__))
tiny = os.path.join(folder, "..", "..", "TestSupport", "TinyBERT")
ids = [[2, 17, 5, 44, 9, 31, 3], [2, 8, 23, 3, 0, 0, 0], [2, 49, 3, 11, 12, 3, 0]]
mask = [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1, 0]]
types = [[0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0]]

logits = {}
for activation in ["gelu", "gelu_new", "gelu_pytorch_tanh", "relu"]:
    model = BertForSequenceClassification.from_pretrained(tiny, hidden_act=activation).eval()
    with torch.no_grad():
        logits[activation] = model(
            input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), token_type_ids=torch.tensor(types)
        ).logits.tolist()
with open(os.path.join(folder, "logits.json"), "w") as file:
    json.dump({"ids": ids, "mask": mask, "types": types, "logits": logits}, file, indent=1)
    file.write("\n")
