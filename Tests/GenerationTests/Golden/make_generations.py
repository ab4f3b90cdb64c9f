"""Makes generations.json: what transformers says to some prompts with the small language models of ModelsTests.

Needs torch and transformers. Configurations and weights are those of ModelsTests/Golden/models.json.
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
tests = os.path.join(folder, "..", "..")
sys.path.insert(0, os.path.join(tests, "TestSupport"))
import hashed_weights  # noqa: E402

# Of unequal lengths, so that some are padded.
PROMPTS = [[5, 17, 9, 44, 31, 3, 12], [8, 23, 3], [49, 3, 11, 12, 3, 40, 7, 21], [6, 6, 30, 13]]
NEW = 12
# Many tokens end a text in some settings, so that texts end early.
MANY = list(range(2, 53, 5))
SETTINGS = [
    dict(),
    dict(eos_token_id=MANY),
    dict(repetition_penalty=1.7),
    dict(num_beams=3),
    dict(num_beams=4, length_penalty=2.0, eos_token_id=MANY),
    dict(num_beams=3, length_penalty=-1.5, eos_token_id=MANY, repetition_penalty=1.2),
    dict(num_beams=4, early_stopping=True, eos_token_id=MANY),
    dict(num_beams=2, early_stopping="never", length_penalty=0.5, eos_token_id=[2, 7]),
]


def texts(model, prompts, settings, is_causal):
    longest = max(map(len, prompts))
    ids = [[0] * (longest - len(p)) + p if is_causal else p + [0] * (longest - len(p)) for p in prompts]
    mask = [[0] * (longest - len(p)) + [1] * len(p) if is_causal else [1] * len(p) + [0] * (longest - len(p))
            for p in prompts]
    settings = dict(dict(eos_token_id=2), **settings)
    with torch.no_grad():
        # Without a cache all positions are turned by the angles of the whole length; and with one, a T5 whose halves
        # are of unequal depth fails.
        output = model.generate(
            input_ids=torch.tensor(ids), attention_mask=torch.tensor(mask), max_new_tokens=NEW, do_sample=False,
            pad_token_id=0, use_cache=is_causal and "rope" not in model.name_of_case, **settings)
    ends = settings["eos_token_id"] if isinstance(settings["eos_token_id"], list) else [settings["eos_token_id"]]
    said = []
    for row in output.tolist():
        row = row[longest if is_causal else 1:]
        end = next((i for i, token in enumerate(row) if token in ends), None)
        said.append({"tokens": row[:end] if end is not None else row, "complete": end is not None})
    return said


def processed():
    """What transformers' processors make of scores, in the order in which `generate` calls them."""
    from transformers.generation import logits_process as processors

    scores = torch.from_numpy(3 * hashed_weights.uniform(7, 2 * 40)).float().reshape(2, 40)
    scores[1, 10:14] = scores[1, 10]
    texts = torch.tensor([[3, 3, 8, 39], [10, 0, 10, 5]])
    cases = []
    for penalty, temperature, top_k, top_p in [
        (1.3, 1.0, 0, 1.0), (1.0, 0.7, 0, 1.0), (1.0, 1.0, 5, 1.0), (1.0, 1.0, 0, 0.6), (1.2, 0.8, 12, 0.9),
        (1.0, 1.5, 3, 0.2), (0.8, 2.0, 100, 0.95)]:
        chain = processors.LogitsProcessorList()
        if penalty != 1:
            chain.append(processors.RepetitionPenaltyLogitsProcessor(penalty))
        if temperature != 1:
            chain.append(processors.TemperatureLogitsWarper(temperature))
        if top_k:
            chain.append(processors.TopKLogitsWarper(top_k))
        if top_p < 1:
            chain.append(processors.TopPLogitsWarper(top_p))
        result = chain(texts, scores.clone())
        cases.append({
            "penalty": penalty, "temperature": temperature, "top_k": top_k, "top_p": top_p,
            "scores": [[None if x == float("-inf") else x for x in row] for row in result.tolist()]})
    return {"scores": scores.tolist(), "texts": texts.tolist(), "cases": cases}


def main():
    torch.set_num_threads(1)
    with open(os.path.join(tests, "ModelsTests", "Golden", "models.json")) as file:
        models = json.load(file)["cases"]
    cases = []
    for case in models:
        # The others have room for fewer positions than are said here.
        if case["task"] not in ("causal-language-modelling", "sequence-to-sequence") or "dynamic" in case["name"]:
            continue
        with tempfile.TemporaryDirectory() as saved:
            with open(os.path.join(saved, "config.json"), "w") as file:
                json.dump(case["config"], file)
            safetensors.torch.save_file(
                hashed_weights.make(case["weights"]), os.path.join(saved, "model.safetensors"), metadata={"format": "pt"})
            model = getattr(transformers, case["config"]["architectures"][0]).from_pretrained(saved).eval()
        model.name_of_case = case["name"]
        # The longest text of a batch decides how these turn positions: each text is a batch.
        alone = "longrope" in case["name"]
        batches = [[prompt] for prompt in PROMPTS] if alone else [PROMPTS]
        cases.append({"name": case["name"], "alone": alone, "texts": [
            [text for batch in batches for text in texts(model, batch, settings, case["task"].startswith("causal"))]
            for settings in SETTINGS]})
        print(case["name"], [sum(text["complete"] for text in texts) for texts in cases[-1]["texts"]])
    settings = [dict(dict(eos_token_id=[2]), **s) for s in SETTINGS]
    with open(os.path.join(folder, "generations.json"), "w") as file:
        json.dump({"prompts": PROMPTS, "new": NEW, "settings": settings, "cases": cases,
                   "processed": processed()}, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
