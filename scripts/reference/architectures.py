"""Small random models of every architecture, as the reference libraries make them.

Each family knows its configuration, its class for each task, and which layers LoRA adapts.
"""
import torch
import transformers

ROWS, TOKENS, MASKED, CAUSAL, ANSWERS = (
    "sequence-classification", "token-classification", "masked-language-modelling", "causal-language-modelling",
    "sequence-to-sequence")
PEFT_TASKS = {ROWS: "SEQ_CLS", TOKENS: "TOKEN_CLS", MASKED: None, CAUSAL: "CAUSAL_LM", ANSWERS: "SEQ_2_SEQ_LM"}
SUFFIXES = {
    ROWS: "ForSequenceClassification", TOKENS: "ForTokenClassification", MASKED: "ForMaskedLM", CAUSAL: "ForCausalLM",
    ANSWERS: "ForConditionalGeneration"}
VOCABULARY, CLASSES = 61, 3

_encoder = dict(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                intermediate_size=48, max_position_embeddings=40)
_decoder = dict(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, intermediate_size=48, max_position_embeddings=64, pad_token_id=0,
                bos_token_id=1, eos_token_id=2)
_llama3 = dict(rope_type="llama3", factor=4.0, low_freq_factor=1.0, high_freq_factor=4.0,
               original_max_position_embeddings=16, rope_theta=10000.0)
# Both change with the longest row, and those of `make_batch` have 9 tokens.
_dynamic = dict(rope_type="dynamic", factor=2.0, rope_theta=10000.0)
_longrope = dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.05, 1.1, 1.4, 1.9],
                 long_factor=[1.5, 2.75, 6.25, 17.5])


class Family:
    def __init__(self, name, prefix, settings, tasks, targets, feed_forward, classes=None, file_names=()):
        self.name, self.prefix, self.settings, self.tasks = name, prefix, settings, tasks
        # Endings of names: layers that LoRA adapts; IA3's keys and values, and the layer behind the activation.
        self.targets, self.feed_forward, self.classes = targets, feed_forward, classes or {}
        # What files, and our side, call modules that have other names in memory.
        self.file_names = dict(file_names)

    def model_class(self, task):
        return getattr(transformers, self.classes.get(task, self.prefix + SUFFIXES[task]))

    def make(self, task, seed):
        """A model whose every part shows in the logits."""
        torch.manual_seed(seed)
        labels = {index: f"class {index}" for index in range(CLASSES)}
        classes = dict(id2label=labels, label2id={name: index for index, name in labels.items()})
        config = getattr(transformers, f"{self.prefix}Config")(
            **self.settings, **(classes if task in (ROWS, TOKENS) else {}))
        model = self.model_class(task)(config)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.dim() == 1:
                    is_gain = name.endswith("weight") and self.prefix != "Gemma"
                    parameter.copy_(torch.randn(parameter.shape) * 0.1 + (1 if is_gain else 0))
                else:
                    parameter.copy_(torch.randn(parameter.shape) * (1.2 / parameter.shape[-1] ** 0.5))
        return model.eval()


_bert = (["query", "value"], ["key", "value", "output.dense"])
_llama = (["q_proj", "v_proj"], ["k_proj", "v_proj", "down_proj"])
FAMILIES = [
    Family("bert", "Bert", _encoder, [ROWS, TOKENS, MASKED], *_bert),
    Family("roberta", "Roberta", dict(_encoder, pad_token_id=0, type_vocab_size=1), [ROWS, TOKENS, MASKED], *_bert),
    Family("distilbert", "DistilBert",
           dict(vocab_size=VOCABULARY, dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=40),
           [ROWS, TOKENS, MASKED], ["q_lin", "v_lin"], ["k_lin", "v_lin", "ffn.lin2"]),
    Family("electra", "Electra", dict(_encoder, embedding_size=16), [ROWS, TOKENS, MASKED], *_bert),
    Family("gpt2", "GPT2",
           dict(vocab_size=VOCABULARY, n_embd=32, n_layer=2, n_head=4, n_positions=64, pad_token_id=0, bos_token_id=1,
                eos_token_id=2),
           [CAUSAL, ROWS], ["c_attn"], ["c_attn", "mlp.c_proj"], classes={CAUSAL: "GPT2LMHeadModel"}),
    Family("gpt_neox", "GPTNeoX",
           dict(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                intermediate_size=48, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2),
           [CAUSAL, ROWS], ["query_key_value"], ["query_key_value", "dense_4h_to_h"],
           file_names={"lm_head": "embed_out"}),
    Family("llama 2", "Llama", _decoder, [CAUSAL, ROWS], *_llama),
    Family("llama 3", "Llama", dict(_decoder, rope_parameters=_llama3, tie_word_embeddings=True), [CAUSAL, ROWS], *_llama),
    Family("llama dynamic", "Llama", dict(_decoder, rope_parameters=_dynamic, max_position_embeddings=6), [CAUSAL, ROWS],
           *_llama),
    Family("mistral", "Mistral", dict(_decoder, sliding_window=4), [CAUSAL, ROWS], *_llama),
    Family("qwen2", "Qwen2", _decoder, [CAUSAL, ROWS], *_llama),
    Family("qwen3", "Qwen3", dict(_decoder, head_dim=12), [CAUSAL, ROWS], *_llama),
    Family("gemma", "Gemma", dict(_decoder, head_dim=12), [CAUSAL, ROWS], *_llama),
    Family("phi3", "Phi3", _decoder, [CAUSAL, ROWS], ["qkv_proj"], ["qkv_proj", "down_proj"]),
    Family("phi3 longrope", "Phi3", dict(_decoder, rope_parameters=_longrope, original_max_position_embeddings=6),
           [CAUSAL, ROWS], ["qkv_proj"], ["qkv_proj", "down_proj"]),
    Family("t5", "T5",
           dict(vocab_size=VOCABULARY, d_model=32, d_kv=12, d_ff=48, num_layers=2, num_decoder_layers=2, num_heads=4,
                relative_attention_num_buckets=8, relative_attention_max_distance=16, pad_token_id=0,
                decoder_start_token_id=0),
           [ANSWERS], ["q", "v"], ["k", "v", "wo"]),
]


def make_batch(task, seed, padded):
    """Three rows, of several lengths where `padded`, as the arguments of a forward pass; labels included."""
    generator = torch.Generator().manual_seed(seed)
    length, rows = 9, 3
    ids = torch.randint(3, VOCABULARY, (rows, length), generator=generator)
    mask = torch.ones_like(ids)
    if padded:
        for row, kept in enumerate((9, 5, 7)):
            ids[row, kept:], mask[row, kept:] = 0, 0
    batch = {"input_ids": ids, "attention_mask": mask}
    if task == ROWS:
        batch["labels"] = torch.randint(0, CLASSES, (rows,), generator=generator)
    elif task == ANSWERS:
        answers = torch.randint(3, VOCABULARY, (rows, 6), generator=generator)
        batch["decoder_input_ids"] = torch.cat([torch.zeros(rows, 1, dtype=torch.long), answers[:, :-1]], dim=1)
        batch["labels"] = answers
        if padded:
            batch["labels"][1, 4:] = -100
    elif task == TOKENS:
        batch["labels"] = torch.randint(0, CLASSES, (rows, length), generator=generator).masked_fill(mask == 0, -100)
    elif task == MASKED:
        chosen = torch.rand(rows, length, generator=generator) < 0.4
        chosen[:, 1] = True
        batch["labels"] = ids.masked_fill(~chosen | (mask == 0), -100)
    else:
        batch["labels"] = ids.masked_fill(mask == 0, -100)
    return batch
