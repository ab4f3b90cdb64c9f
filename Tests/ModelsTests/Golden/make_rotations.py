"""Makes rotations.json: the angles per position that transformers computes for each kind of rotation.

Needs torch and transformers. Each model is a fresh one, of the sizes of real ones without their weights.
"""
import copy
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding
from transformers.models.phi3.modeling_phi3 import Phi3RotaryEmbedding

folder = os.path.dirname(os.path.abspath(__file__))
SIZES = dict(vocab_size=8, num_hidden_layers=1, intermediate_size=8, pad_token_id=0, bos_token_id=1, eos_token_id=2)
# Of the kind of Phi-4-mini's: the first pairs hardly change, the last ones by much.
FACTORS = dict(short_factor=[round(1 + 0.02 * i, 3) for i in range(48)],
               long_factor=[round(1.08 ** i, 4) for i in range(48)])
LLAMA = dict(SIZES, hidden_size=1024, num_attention_heads=8, num_key_value_heads=8, rope_theta=10000.0,
             max_position_embeddings=2048)
LINEAR = dict(LLAMA, rope_scaling=dict(type="linear", factor=3.0))
LLAMA3 = dict(LLAMA, rope_theta=500000.0, max_position_embeddings=131072, rope_scaling=dict(
    rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=8192))
YARN = dict(LLAMA, rope_theta=1000000.0, max_position_embeddings=131072, rope_scaling=dict(
    type="yarn", factor=4.0, original_max_position_embeddings=32768))
DYNAMIC = dict(LLAMA, rope_scaling=dict(type="dynamic", factor=4.0))
LONGROPE = dict(SIZES, hidden_size=3072, num_attention_heads=24, num_key_value_heads=8, rope_theta=10000.0,
                max_position_embeddings=131072, original_max_position_embeddings=4096, partial_rotary_factor=0.75,
                rope_scaling=dict(FACTORS, type="longrope"))
CASES = [(transformers.LlamaConfig, LlamaRotaryEmbedding, settings, [16]) for settings in (
    LLAMA, LINEAR, LLAMA3, YARN)] + [
    (transformers.LlamaConfig, LlamaRotaryEmbedding, DYNAMIC, [2048, 2049, 5000, 100_000]),
    (transformers.Phi3Config, Phi3RotaryEmbedding, LONGROPE, [4096, 4097])]


def main():
    cases = []
    for config_class, rotation_class, settings, lengths in CASES:
        for length in lengths:
            config = config_class(**copy.deepcopy(settings))
            rotation = rotation_class(config)
            rotation(torch.zeros(1), torch.arange(length)[None])
            cases.append({
                "config": dict(settings, model_type=config.model_type), "length": length,
                "magnitude": rotation.attention_scaling, "frequencies": rotation.inv_freq.tolist()})
    with open(os.path.join(folder, "rotations.json"), "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
