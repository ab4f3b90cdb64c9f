"""Makes adapters with PEFT for the tiny BERT of the tests, a folder each, and logits.json: what PEFT computes with them.

Needs torch, transformers and peft. Every weight is random, as after training. The prompt encoders, which PEFT doesn't
save, are kept beside their adapters under the names that they have in PEFT.
"""
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from peft import LoraConfig, PromptEncoderConfig, PromptTuningConfig, get_peft_model
from safetensors.torch import save_file
from transformers import BertForSequenceClassification

folder = os.path.dirname(os.path.abspath(__file__))
tiny = os.path.join(folder, "..", "..", "TestSupport", "TinyBERT")
ids = [[2, 17, 5, 44, 9, 31, 3], [2, 8, 23, 3, 0, 0, 0], [2, 49, 3, 11, 12, 3, 0]]
mask = [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 1, 0]]
types = [[0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 0]]
methods = {
    "lora": LoraConfig(task_type="SEQ_CLS", r=3, lora_alpha=12, target_modules=["query", "value"]),
    "lora-pattern": LoraConfig(
        task_type="SEQ_CLS", r=2, lora_alpha=4, target_modules=r"bert\..*\.(key|dense)", use_rslora=True,
        lora_dropout=0.25),
    "prompt-tuning": PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=4),
    "p-tuning-mlp": PromptEncoderConfig(task_type="SEQ_CLS", num_virtual_tokens=4, encoder_hidden_size=10),
    "p-tuning-lstm": PromptEncoderConfig(
        task_type="SEQ_CLS", num_virtual_tokens=4, encoder_hidden_size=6, encoder_reparameterization_type="LSTM"),
}

logits = {}
for name, config in methods.items():
    torch.manual_seed(5)
    config.base_model_name_or_path = "tiny"
    model = get_peft_model(BertForSequenceClassification.from_pretrained(tiny), config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.copy_(torch.randn(parameter.shape) * 0.3)
        logits[name] = model(
            input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), token_type_ids=torch.tensor(types)
        ).logits.tolist()
    path = os.path.join(folder, name)
    model.peft_config["default"].base_model_name_or_path = "tiny"
    model.save_pretrained(path)
    os.remove(os.path.join(path, "README.md"))
    if name.startswith("p-tuning"):
        state = {key.removeprefix("default."): value for key, value in model.prompt_encoder.state_dict().items()}
        save_file(state, os.path.join(path, "prompt_encoder.safetensors"), metadata={"format": "pt"})
with open(os.path.join(folder, "logits.json"), "w") as file:
    json.dump({"ids": ids, "mask": mask, "types": types, "logits": logits}, file, indent=1)
    file.write("\n")
