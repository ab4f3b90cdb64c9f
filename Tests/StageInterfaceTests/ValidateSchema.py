"""Checks Golden/schema.json: that it is a schema, and what it accepts and refuses.

    pip install jsonschema pyyaml && python3 ValidateSchema.py

By hand, after a change of the schema; the ordinary tests need no Python.
"""

import json
import pathlib

import yaml
from jsonschema import Draft202012Validator

schema = json.loads((pathlib.Path(__file__).parent / "Golden" / "schema.json").read_text())
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)

HEAD = "version: 1\nname: small\nparams: {rate: 0.1, names: [a, b]}\nstages:\n"
ROWS = "  rows: {uses: data, with: {source: a.csv}}\n"

accepted = [
    ROWS,
    "  rows: {uses: data, with: {source: [a.csv, b.jsonl], split: {train: 0.5}, header: false}}\n",
    "  rows: {uses: data, with: {source: $(file), split: null, labels: $(names)}}\n",
    "  rows: {uses: data, with: {source: '$(folder)/$(file)', labels: ['$(a)', b]}}\n",
    ROWS + "  model: {uses: train, from: rows}\n",
    ROWS + "  model: {uses: train, from: {rows: rows, start: rows}, with:}\n",
    ROWS + "  model: {uses: train, from: {rows: rows}, with: {learning_rate: $(rate), epochs: 2}}\n",
    "  rows: {uses: data, matrix: {n: [1, 2], on: [[a, b], c]}, with: {source: $(n).csv}}\n",
    "  rows: {uses: data, matrix: [{n: 1}, {n: 2}], with: {source: $(n).csv}}\n",
    ROWS + "  model: {uses: train, from: {rows: [rows, more]}}\n",
    ROWS + "  model: {uses: train, from: [rows, more]}\n",
]
refused = [
    "  rows: {uses: data, matrix: {n: 1}, with: {source: $(n).csv}}\n",
    "  rows: {uses: data, matrix: [1], with: {source: a.csv}}\n",
    ROWS + "  model: {uses: train, from: [rows, rows]}\n",
    "",
    "  rows: {uses: data}\n",
    "  rows: {uses: data, with: {}}\n",
    "  rows: {uses: date, with: {source: a.csv}}\n",
    "  rows: {uses: data, with: {source: a.txt}}\n",
    "  rows: {uses: data, with: {source: a.csv, sorce: b}}\n",
    "  rows: {uses: data, with: {source: a.csv, header: 1}}\n",
    "  rows: {uses: data, with: {source: a.csv, split: {test: 0.5}}}\n",
    "  rows: {uses: data, with: {source: a.csv, split: {train: 2}}}\n",
    "  rows: {uses: data, with: {source: a.csv}, needs: x}\n",
    "  1rows: {uses: data, with: {source: a.csv}}\n",
    ROWS + "  model: {uses: train}\n",
    ROWS + "  model: {uses: train, from: {start: rows}}\n",
    ROWS + "  model: {uses: train, from: {rows: rows, stop: rows}}\n",
    ROWS + "  model: {uses: train, from: rows, with: {learning_rate: 0}}\n",
    ROWS + "  model: {uses: train, from: rows, with: {epochs: 0}}\n",
    ROWS + "  model: {uses: train, from: rows, with: {epochs: 1.5}}\n",
]

for text in accepted:
    errors = [error.message for error in validator.iter_errors(yaml.safe_load(HEAD + text))]
    assert not errors, (text, errors)
for text in refused:
    assert not validator.is_valid(yaml.safe_load(HEAD + text)), text
print(f"{len(accepted)} accepted, {len(refused)} refused, as expected")
