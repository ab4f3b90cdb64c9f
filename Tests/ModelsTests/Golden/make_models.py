"""Makes models.json: for each architecture and task a small model's configuration and what transformers computes for it.

Needs torch and transformers. The weights are those of TestSupport/hashed_weights.py, so the file holds none.
"""
import json
import os
import sys
import tempfile

os.environ["HF_HUB_OFFLINE"] = "1"
import safetensors.torch
import torch
import transformers

folder = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(folder, "..", "..", "TestSupport"))
import hashed_weights  # noqa: E402

IDS = [[2, 17, 5, 44, 9, 31, 3, 12], [2, 8, 23, 3, 0, 0, 0, 0], [2, 49, 3, 11, 12, 3, 0, 0]]
MASK = [[1] * 8, [1] * 4 + [0] * 4, [1] * 6 + [0] * 2]
DECODER_IDS = [[0, 21, 7, 9, 30, 1], [0, 4, 6, 1, 1, 1], [0, 51, 2, 2, 9, 1]]
TYPES = [[0] * 8, [0] * 8, [0, 0, 0, 1, 1, 1, 0, 0]]

ENCODER = dict(vocab_size=53, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
               max_position_embeddings=24)
DECODER = dict(vocab_size=53, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
               intermediate_size=48, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
GPT2 = dict(vocab_size=53, n_embd=32, n_layer=2, n_head=4, n_positions=32, pad_token_id=0, bos_token_id=1, eos_token_id=2)
NEOX = dict(vocab_size=53, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
DISTIL = dict(vocab_size=53, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=24)
ELECTRA = dict(ENCODER, embedding_size=16)
ROBERTA = dict(ENCODER, pad_token_id=0, type_vocab_size=1)
LLAMA3 = dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=16, rope_theta=10000.0)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16, rope_theta=10000.0)
LINEAR = dict(rope_type="linear", factor=2.0, rope_theta=10000.0)
# These two change with the longest row, which has 8 tokens.
DYNAMIC = dict(rope_type="dynamic", factor=2.5, rope_theta=10000.0)
SHORT, LONG = 9, 6
LONGROPE = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.05, 1.1, 1.4, 1.9],
                long_factor=[1.5, 2.75, 6.25, 17.5])

T5 = dict(vocab_size=53, d_model=32, d_kv=12, d_ff=48, num_layers=2, num_decoder_layers=3, num_heads=4,
          relative_attention_num_buckets=8, relative_attention_max_distance=16, pad_token_id=0,
          decoder_start_token_id=0)

ROWS, TOKENS, MASKED, CAUSAL, ANSWERS = (
    "sequence-classification", "token-classification", "masked-language-modelling", "causal-language-modelling",
    "sequence-to-sequence")
CASES = [
    (f"{family} {task}", config, getattr(transformers, f"{name}{suffix}"), task, settings)
    for family, config, name, settings in [
        ("bert", transformers.BertConfig, "Bert", ENCODER),
        ("roberta", transformers.RobertaConfig, "Roberta", ROBERTA),
        ("xlm-roberta", transformers.XLMRobertaConfig, "XLMRoberta", ROBERTA),
        ("distilbert", transformers.DistilBertConfig, "DistilBert", DISTIL),
        ("electra", transformers.ElectraConfig, "Electra", ELECTRA),
    ]
    for task, suffix in [(ROWS, "ForSequenceClassification"), (TOKENS, "ForTokenClassification"), (MASKED, "ForMaskedLM")]
] + [
    (f"{family} {task}", config, getattr(transformers, f"{name}{suffix}"), task, settings)
    for family, config, name, settings in [
        ("gpt2", transformers.GPT2Config, "GPT2", GPT2),
        ("gpt_neox", transformers.GPTNeoXConfig, "GPTNeoX", NEOX),
        ("gpt_neox in sequence", transformers.GPTNeoXConfig, "GPTNeoX", dict(NEOX, use_parallel_residual=False)),
        ("llama", transformers.LlamaConfig, "Llama", DECODER),
        ("llama 3", transformers.LlamaConfig, "Llama", dict(DECODER, rope_parameters=LLAMA3, tie_word_embeddings=True)),
        ("llama linear", transformers.LlamaConfig, "Llama", dict(DECODER, rope_parameters=LINEAR, attention_bias=True)),
        ("llama yarn", transformers.LlamaConfig, "Llama", dict(DECODER, rope_parameters=YARN, head_dim=12)),
        ("llama dynamic short", transformers.LlamaConfig, "Llama",
         dict(DECODER, rope_parameters=DYNAMIC, max_position_embeddings=SHORT)),
        ("llama dynamic long", transformers.LlamaConfig, "Llama",
         dict(DECODER, rope_parameters=DYNAMIC, max_position_embeddings=LONG)),
        ("llama longrope", transformers.LlamaConfig, "Llama",
         dict(DECODER, rope_parameters=dict(
             LONGROPE, factor=3.0, attention_factor=1.3, original_max_position_embeddings=LONG))),
        ("mistral", transformers.MistralConfig, "Mistral", dict(DECODER, sliding_window=3)),
        ("qwen2", transformers.Qwen2Config, "Qwen2", DECODER),
        ("qwen2 windowed", transformers.Qwen2Config, "Qwen2",
         dict(DECODER, use_sliding_window=True, sliding_window=3, max_window_layers=1)),
        ("qwen3", transformers.Qwen3Config, "Qwen3", dict(DECODER, head_dim=12)),
        ("gemma", transformers.GemmaConfig, "Gemma", dict(DECODER, head_dim=12)),
        ("phi3", transformers.Phi3Config, "Phi3", dict(DECODER, sliding_window=3)),
        ("phi3 partly turned", transformers.Phi3Config, "Phi3",
         dict(DECODER, rope_parameters=dict(rope_type="default", rope_theta=10000.0, partial_rotary_factor=0.5))),
        ("phi3 longrope short", transformers.Phi3Config, "Phi3",
         dict(DECODER, rope_parameters=LONGROPE, original_max_position_embeddings=SHORT)),
        ("phi3 longrope long", transformers.Phi3Config, "Phi3",
         dict(DECODER, rope_parameters=LONGROPE, original_max_position_embeddings=LONG)),
    ]
    for task, suffix in [
        (CAUSAL, "LMHeadModel" if name == "GPT2" else "ForCausalLM"), (ROWS, "ForSequenceClassification")]
] + [
    ("t5", transformers.T5Config, transformers.T5ForConditionalGeneration, ANSWERS, T5),
    ("t5 gated", transformers.T5Config, transformers.T5ForConditionalGeneration, ANSWERS,
     dict(T5, feed_forward_proj="gated-gelu", tie_word_embeddings=False)),
]


def round_to(value, digits=7):
    return [round_to(item, digits) for item in value] if isinstance(value, list) else float(f"{value:.{digits}g}")


def main():
    cases = []
    for name, config_class, model_class, task, settings in CASES:
        classes = dict(id2label={0: "bad", 1: "fair", 2: "good"}, label2id={"bad": 0, "fair": 1, "good": 2})
        config = config_class(**settings, **(classes if task in (ROWS, TOKENS) else {}))
        with tempfile.TemporaryDirectory() as saved:
            # The names are those of files, which may differ from those in memory.
            file = os.path.join(saved, "model.safetensors")
            model_class(config).save_pretrained(saved)
            gain = 0.0 if name.startswith("gemma") else 1.0
            described = hashed_weights.describe(safetensors.torch.load_file(file), gain)
            safetensors.torch.save_file(hashed_weights.make(described), file, metadata={"format": "pt"})
            model = model_class.from_pretrained(saved, attn_implementation="eager").eval()
        inputs = {"input_ids": torch.tensor(IDS), "attention_mask": torch.tensor(MASK)}
        if settings.get("type_vocab_size") != 1 and name.split()[0] in ("bert", "electra"):
            inputs["token_type_ids"] = torch.tensor(TYPES)
        if task == ANSWERS:
            inputs["decoder_input_ids"] = torch.tensor(DECODER_IDS)
        with torch.no_grad():
            logits = model(**inputs).logits
        json_config = json.loads(config.to_json_string(use_diff=False))
        json_config["architectures"] = [model_class.__name__]
        cases.append({
            "name": name, "task": task, "config": json_config, "weights": described,
            "uses_types": "token_type_ids" in inputs, "logits": round_to(logits.flatten().tolist())})
        print(name, tuple(logits.shape), float(logits.abs().max()))
    with open(os.path.join(folder, "models.json"), "w") as file:
        json.dump({"ids": IDS, "mask": MASK, "types": TYPES, "decoder_ids": DECODER_IDS, "cases": cases}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
