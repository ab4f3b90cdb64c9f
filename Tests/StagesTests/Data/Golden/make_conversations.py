"""Makes conversations.json: the tokens of some chats, and which of them the assistant says, as transformers tells by
`apply_chat_template(return_assistant_tokens_mask=True)`.

Needs tokenizers and transformers.
"""
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

folder = os.path.dirname(os.path.abspath(__file__))
# As in Qwen's models: the end of a turn is said by the assistant, the line's end is not.
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}")
# As in LLaMA 2's and Mistral's: no special tokens between the parts, so that tokens may stand across their borders.
INSTRUCTIONS = (
    "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'assistant' %}"
    "{% generation %}{{ ' ' + message['content'] + eos_token }}{% endgeneration %}"
    "{% else %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% endif %}{% endfor %}")
CHATS = [
    [("user", "What is a lamp?"), ("assistant", "A light that you can carry.")],
    [("system", "Answer briefly."), ("user", "2 + 2?"), ("assistant", "4"), ("user", "And 3 + 3?"), ("assistant", "6, I think.")],
    [("user", "Größe? 😀"), ("assistant", "Ünïcödé: 日本語 😀!\n\nTwo lines."), ("user", "ok"), ("assistant", "👍")],
    [("user", "the river"), ("assistant", "the river and the stone"), ("user", "more"), ("assistant", "the stone"),
     ("user", "thanks"), ("assistant", "you're welcome  ")],
]


def main():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"]
    tokenizer.train_from_iterator([text for chat in CHATS for _, text in chat] * 3, trainers.BpeTrainer(
        vocab_size=340, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>")
    templates = []
    for name, marked in [("chatml", CHATML), ("instructions", INSTRUCTIONS)]:
        chats = []
        for chat in CHATS:
            messages = [{"role": role, "content": text} for role, text in chat]
            output = fast.apply_chat_template(
                messages, chat_template=marked, tokenize=True, return_dict=True, return_assistant_tokens_mask=True)
            assert sum(output["assistant_masks"]) > 0
            chats.append({"messages": messages, "ids": output["input_ids"], "said": output["assistant_masks"]})
        plain = marked.replace("{% generation %}", "").replace("{% endgeneration %}", "")
        templates.append({"name": name, "marked": marked, "plain": plain, "chats": chats})
        print(name, [(len(chat["ids"]), sum(chat["said"])) for chat in chats])
    with open(os.path.join(folder, "conversations.json"), "w") as file:
        json.dump({"tokenizer": json.loads(tokenizer.to_str()), "templates": templates}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
