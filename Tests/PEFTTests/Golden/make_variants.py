"""Makes variants.json: adapters of every method on small models of many architectures, and what PEFT computes with them.

Needs torch, transformers and peft. Weights, the base models' and the adapters', are those of
TestSupport/hashed_weights.py, so the file holds names, shapes and logits only. Every row is computed by itself, without
padding. `MODELS` and `METHODS` are tables that other scripts may use. Named methods are made anew, and the others stay as
they are: `make_variants.py vera`.
"""
import json
import os
import sys
import tempfile
import warnings

os.environ["HF_HUB_OFFLINE"] = "1"
import peft
import safetensors.torch
import torch
import transformers

folder = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(folder, "..", "..", "TestSupport"))
import hashed_weights  # noqa: E402

IDS = [[2, 17, 5, 24, 9, 21], [2, 8, 23, 3]]
TYPES = [[0, 0, 0, 1, 1, 1], [0, 0, 0, 0]]

ENCODER = dict(vocab_size=29, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
               max_position_embeddings=24)
DECODER = dict(vocab_size=29, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
               intermediate_size=48, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
GPT2 = dict(vocab_size=29, n_embd=32, n_layer=2, n_head=4, n_positions=32, pad_token_id=0, bos_token_id=1, eos_token_id=2)
NEOX = dict(vocab_size=29, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
DISTIL = dict(vocab_size=29, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=24)
ROBERTA = dict(ENCODER, pad_token_id=0, type_vocab_size=1)

ROWS, TOKENS, MASKED, CAUSAL = (
    "sequence-classification", "token-classification", "masked-language-modelling", "causal-language-modelling")
TASK_TYPES = {ROWS: "SEQ_CLS", TOKENS: "TOKEN_CLS", MASKED: None, CAUSAL: "CAUSAL_LM"}
SUFFIXES = {ROWS: "ForSequenceClassification", TOKENS: "ForTokenClassification", MASKED: "ForMaskedLM",
            CAUSAL: "ForCausalLM"}

# Name: configuration, class prefix, settings, LoRA's targets, IA3's targets, IA3's feed-forward layers.
MODELS = {
    "bert": (transformers.BertConfig, "Bert", ENCODER, ["query", "value"], ["key", "value", "output.dense"],
             ["output.dense"]),
    "roberta": (transformers.RobertaConfig, "Roberta", ROBERTA, ["query", "value"], ["key", "value", "output.dense"],
                ["output.dense"]),
    "distilbert": (transformers.DistilBertConfig, "DistilBert", DISTIL, ["q_lin", "v_lin"], ["k_lin", "v_lin", "lin2"],
                   ["lin2"]),
    "electra": (transformers.ElectraConfig, "Electra", dict(ENCODER, embedding_size=16), ["query", "value"],
                ["key", "value", "output.dense"], ["output.dense"]),
    "gpt2": (transformers.GPT2Config, "GPT2", GPT2, ["c_attn"], ["c_attn", "mlp.c_proj"], ["mlp.c_proj"]),
    "gpt_neox": (transformers.GPTNeoXConfig, "GPTNeoX", NEOX, ["query_key_value"],
                 ["query_key_value", "dense_4h_to_h"], ["dense_4h_to_h"]),
    "llama": (transformers.LlamaConfig, "Llama", DECODER, ["q_proj", "v_proj"], ["k_proj", "v_proj", "down_proj"],
              ["down_proj"]),
    "qwen3": (transformers.Qwen3Config, "Qwen3", dict(DECODER, head_dim=12), ["q_proj", "v_proj"],
              ["q_proj", "v_proj", "down_proj"], ["down_proj"]),
    "gemma": (transformers.GemmaConfig, "Gemma", dict(DECODER, head_dim=12), ["q_proj", "v_proj"],
              ["q_proj", "v_proj", "down_proj"], ["down_proj"]),
    "phi3": (transformers.Phi3Config, "Phi3", DECODER, ["qkv_proj"], ["qkv_proj", "down_proj"], ["down_proj"]),
}
ENCODERS = ["bert", "roberta", "distilbert", "electra"]
DECODERS = ["gpt2", "gpt_neox", "llama", "qwen3", "gemma", "phi3"]

# PEFT doesn't find these sizes in the configurations of some models, or takes the wrong ones.
SIZES = {
    "distilbert": dict(token_dim=32, num_layers=2, num_attention_heads=4),
    "electra": dict(token_dim=16),
}

# The module that carries zero factors where biases alone are trained: the first linear layer.
CARRIERS = {"bert": "bert.encoder.layer.0.attention.self.query", "gpt2": "transformer.h.0.attn.c_attn"}


def zero(config):
    """The configuration of an adapter whose factors are zero."""
    config.has_zero_factors = True
    return config


def adalora(model, task, takes_ranks=False):
    config = peft.AdaLoraConfig(
        task_type=task, init_r=4, target_r=2, lora_alpha=5, tinit=3, tfinal=4, deltaT=2, total_step=20,
        orth_reg_weight=0.25, target_modules=MODELS[model][3] + MODELS[model][5], fan_in_fan_out=model == "gpt2")
    config.takes_ranks = takes_ranks
    return config


def vera(model, task, **settings):
    return peft.VeraConfig(
        task_type=task, r=6, target_modules=MODELS[model][3] + MODELS[model][5], projection_prng_key=11,
        fan_in_fan_out=model == "gpt2", **settings)


# A method's configuration by its name, for a model of the table above and a task type.
METHODS = {
    "lora": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3], fan_in_fan_out=model == "gpt2"),
    "dora": lambda model, task: peft.LoraConfig(
        task_type=task, r=2, lora_alpha=3, target_modules="all-linear", use_dora=True, use_rslora=True,
        modules_to_save=["pre_classifier"] if model == "distilbert" else None, fan_in_fan_out=model == "gpt2"),
    "ia3": lambda model, task: peft.IA3Config(
        task_type=task, target_modules=MODELS[model][4], feedforward_modules=MODELS[model][5],
        fan_in_fan_out=model == "gpt2"),
    "prompt-tuning": lambda model, task: peft.PromptTuningConfig(
        task_type=task, num_virtual_tokens=3, **SIZES.get(model, {})),
    "p-tuning": lambda model, task: peft.PromptEncoderConfig(
        task_type=task, num_virtual_tokens=3, encoder_hidden_size=10, **SIZES.get(model, {})),
    "prefix-tuning": lambda model, task: peft.PrefixTuningConfig(
        task_type=task, num_virtual_tokens=3, **(SIZES[model] if model == "distilbert" else {})),
    "prefix-projection": lambda model, task: peft.PrefixTuningConfig(
        task_type=task, num_virtual_tokens=3, prefix_projection=True, encoder_hidden_size=7),
    "patterns": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules="all-linear", exclude_modules=MODELS[model][4][:1],
        rank_pattern={MODELS[model][3][-1]: 5, r".*\.0\..*dense|c_proj|up_proj": 1},
        alpha_pattern={MODELS[model][3][-1]: 2}, use_rslora=True, fan_in_fan_out=model == "gpt2"),
    "layers": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3], layers_to_transform=[1],
        fan_in_fan_out=model == "gpt2"),
    "bias-all": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3], bias="all",
        fan_in_fan_out=model == "gpt2"),
    "bias-lora-only": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3], bias="lora_only",
        fan_in_fan_out=model == "gpt2"),
    "modules": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3],
        modules_to_save=["pooler.dense", "word_embeddings"] if model == "bert" else ["embed_tokens", "lm_head"]),
    "embeddings": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, fan_in_fan_out=model == "gpt2", target_modules=MODELS[model][3] + (
            ["word_embeddings", "token_type_embeddings"] if model == "bert"
            else ["wte"] if model == "gpt2" else ["embed_tokens"])),
    "embeddings-dora": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, fan_in_fan_out=model == "gpt2", use_dora=True,
        target_modules=MODELS[model][3] + (
            ["word_embeddings"] if model == "bert" else ["wte"] if model == "gpt2" else ["embed_tokens"])),
    "output-layer": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3] + ["lm_head"]),
    "lora-bias": lambda model, task: peft.LoraConfig(
        task_type=task, r=3, lora_alpha=5, target_modules=MODELS[model][3], lora_bias=True,
        fan_in_fan_out=model == "gpt2"),
    "bitfit": lambda model, task: zero(peft.LoraConfig(
        task_type=task, r=1, lora_alpha=1, target_modules=[CARRIERS[model]], bias="all",
        fan_in_fan_out=model == "gpt2")),
    "vera": vera,
    "vera-seed": lambda model, task: vera(model, task, save_projection=False, d_initial=0.25),
    "adalora": adalora,
    "adalora-ranks": lambda model, task: adalora(model, task, takes_ranks=True),
}
USUAL = ["lora", "dora", "ia3", "prompt-tuning", "p-tuning", "prefix-tuning"]
CASES = (
    [(model, ROWS, method) for model in ENCODERS + DECODERS for method in USUAL]
    + [(model, CAUSAL, method) for model in DECODERS for method in USUAL]
    + [("bert", task, method) for task in (TOKENS, MASKED) for method in USUAL]
    + [("bert", ROWS, method) for method in
       ("patterns", "layers", "bias-all", "bias-lora-only", "modules", "embeddings", "embeddings-dora", "lora-bias")]
    + [("gpt2", CAUSAL, method) for method in
       ("patterns", "layers", "bias-all", "bias-lora-only", "embeddings", "embeddings-dora", "prefix-projection")]
    + [("llama", CAUSAL, method) for method in
       ("patterns", "layers", "modules", "embeddings", "embeddings-dora", "output-layer", "prefix-projection")]
    + [("gemma", CAUSAL, "embeddings"), ("gemma", CAUSAL, "modules")]
    + [("bert", ROWS, "bitfit"), ("bert", TOKENS, "bitfit"), ("gpt2", CAUSAL, "bitfit")]
    + [(model, task, method) for model, task in
       (("bert", ROWS), ("distilbert", ROWS), ("gpt2", CAUSAL), ("llama", CAUSAL))
       for method in ("vera", "vera-seed", "adalora", "adalora-ranks")]
)


def model_class(model, task):
    suffix = "LMHeadModel" if model == "gpt2" and task == CAUSAL else SUFFIXES[task]
    return getattr(transformers, MODELS[model][1] + suffix)


def make_base(model, task, path):
    """Writes a base model to a folder and gives its description."""
    config_class, _, settings = MODELS[model][:3]
    classes = dict(id2label={0: "bad", 1: "fair", 2: "good"}, label2id={"bad": 0, "fair": 1, "good": 2})
    config = config_class(**settings, **(classes if task in (ROWS, TOKENS) else {}))
    model_class(model, task)(config).save_pretrained(path)
    file = os.path.join(path, "model.safetensors")
    described = hashed_weights.describe(
        safetensors.torch.load_file(file), 0.0 if model == "gemma" else 1.0)
    safetensors.torch.save_file(hashed_weights.make(described), file, metadata={"format": "pt"})
    json_config = json.loads(config.to_json_string(use_diff=False))
    json_config["architectures"] = [model_class(model, task).__name__]
    return {"config": json_config, "weights": described}


def describe_adapter(tensors):
    """As hashed_weights.describe, with vectors that scale around 1 and prefixes of the size of keys."""
    described = hashed_weights.describe(tensors)
    for tensor in described:
        if "ia3_l" in tensor["name"] or "magnitude" in tensor["name"]:
            tensor.update(offset=1.0, scale=0.5)
        elif tensor["name"] == "prompt_embeddings":
            tensor.update(scale=0.6)
    return described


def make_adapter(config, base, path):
    """Lets PEFT write an adapter, and gives it the weights that are made from their names."""
    adapted = peft.get_peft_model(base, config)
    adapted.peft_config["default"].base_model_name_or_path = "base"
    if getattr(config, "takes_ranks", False):
        # As training leaves it: some ranks of each module, and none of one.
        names = [name for name, _ in adapted.base_model.model.named_parameters() if ".lora_E." in name]
        adapted.peft_config["default"].rank_pattern = {
            name: [index != 1 and (place + index) % 3 != 0 for place in range(config.init_r)]
            for index, name in enumerate(names)}
    adapted.save_pretrained(path)
    file = os.path.join(path, "adapter_model.safetensors")
    described = describe_adapter(safetensors.torch.load_file(file))
    for tensor in described:
        if getattr(config, "has_zero_factors", False) and ".lora_" in tensor["name"]:
            tensor.update(scale=0.0)
    safetensors.torch.save_file(hashed_weights.make(described), file, metadata={"format": "pt"})
    with open(os.path.join(path, "adapter_config.json")) as file:
        return described, json.load(file)


def logits(model, uses_types):
    """The logits of each row by itself."""
    results = []
    for ids, types in zip(IDS, TYPES):
        inputs = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
        if uses_types:
            inputs["token_type_ids"] = torch.tensor([types])
        with torch.no_grad():
            results.append([float(f"{value:.7g}") for value in model(**inputs).logits.flatten().tolist()])
    return results


def main():
    warnings.filterwarnings("ignore")
    bases, cases, refused = {}, [], []
    wanted = sys.argv[1:] or list(METHODS)
    if sys.argv[1:]:
        with open(os.path.join(folder, "variants.json")) as file:
            kept = json.load(file)
        bases = kept["bases"]
        cases, refused = ([case for case in kept[key] if case["method"] not in wanted] for key in ("cases", "refused"))
    for model, task, method in CASES:
        if method not in wanted:
            continue
        key = f"{model} {task}"
        with tempfile.TemporaryDirectory() as path:
            base_path, adapter_path = os.path.join(path, "base"), os.path.join(path, "adapter")
            described = make_base(model, task, base_path)
            uses_types = model in ("bert", "electra")

            def base():
                return model_class(model, task).from_pretrained(base_path, attn_implementation="eager").eval()

            try:
                config = METHODS[method](model, TASK_TYPES[task])
                weights, json_config = make_adapter(config, base(), adapter_path)
                values = logits(peft.PeftModel.from_pretrained(base(), adapter_path).eval(), uses_types)
                plain = logits(base(), uses_types)
            except Exception as error:  # noqa: BLE001: whatever PEFT says is recorded
                refused.append({"model": model, "task": task, "method": method,
                                "message": f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"})
                print("REFUSED", key, method, refused[-1]["message"])
                continue
        bases.setdefault(key, dict(described, task=task, uses_types=uses_types))
        cases.append({"base": key, "method": method, "config": json_config, "weights": weights, "logits": values})
        same = [len(a) == len(b) and max(abs(x - y) for x, y in zip(a, b)) for a, b in zip(values, plain)]
        print(key, method, len(weights), "largest", max(abs(v) for row in values for v in row), "effect", same)
    with open(os.path.join(folder, "variants.json"), "w") as file:
        json.dump({"ids": IDS, "types": TYPES, "bases": bases, "cases": cases, "refused": refused}, file,
                  separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
