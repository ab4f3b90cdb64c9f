"""Makes interleaving.json: the orders of `interleave_datasets` of Hugging Face's datasets, and shares by T5's rule.

Needs datasets and numpy. `interleave_datasets` draws sources by NumPy's `choice`, which takes a number from 0 to below 1 for each;
those numbers are written down, so that another generator's can be held against them.
"""
import json
import os

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy
from datasets import Dataset, interleave_datasets

folder = os.path.dirname(os.path.abspath(__file__))
SIZES = [[3, 4, 5], [5, 3], [1, 6, 2], [4, 4]]
SHARES = {2: [0.3, 0.7], 3: [0.5, 0.2, 0.3]}


def interleave(sizes, shares, strategy, seed=None):
    sources = [Dataset.from_dict({"place": [[source, row] for row in range(size)]}) for source, size in enumerate(sizes)]
    return interleave_datasets(sources, probabilities=shares, seed=seed, stopping_strategy=strategy)["place"][:]


def main():
    cases = []
    for sizes in SIZES:
        for strategy in ["first_exhausted", "all_exhausted"]:
            cases.append(dict(sizes=sizes, strategy=strategy, places=interleave(sizes, None, strategy)))
            for seed in [1, 2]:
                shares = SHARES[len(sizes)]
                places = interleave(sizes, shares, strategy, seed)
                uniform = numpy.random.default_rng(seed).random(1000)[:len(places)].tolist()
                cases.append(dict(sizes=sizes, strategy=strategy, shares=shares, uniform=uniform, places=places))
    rates = []
    for sizes, temperature, maximum in [
        ([100, 400], 1, None), ([100, 400], 2, None), ([100, 400, 10], 3.5, 200), ([7, 7], 0.5, None), ([1, 1000], 1, 50),
    ]:
        scaled = numpy.minimum(sizes, maximum or max(sizes)) ** (1 / temperature)
        rates.append(dict(
            sizes=sizes, temperature=temperature, maximum=maximum, shares=(scaled / scaled.sum()).tolist()))
    with open(os.path.join(folder, "interleaving.json"), "w") as file:
        json.dump({"cases": cases, "rates": rates}, file)
        file.write("\n")


if __name__ == "__main__":
    main()
