"""Makes the tiny BERT of the tests: config.json and model.safetensors beside this file.

Needs torch and transformers. The weights are random, and large enough that every part shows in the logits.
"""
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from transformers import BertConfig, BertForSequenceClassification

folder = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(20)
config = BertConfig(
    vocab_size=50, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
    max_position_embeddings=24, id2label={0: "bad", 1: "fair", 2: "good"}, label2id={"bad": 0, "fair": 1, "good": 2})
model = BertForSequenceClassification(config)
with torch.no_grad():
    for name, parameter in model.named_parameters():
        is_gain = "LayerNorm.weight" in name
        parameter.copy_(torch.randn(parameter.shape) * (0.1 if is_gain else 0.25) + (1 if is_gain else 0))
model.save_pretrained(folder)
