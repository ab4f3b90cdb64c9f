#!/usr/bin/env python3
"""Checks the order of modules: a target imports only what stands above it in Package.swift.

usage: swift package dump-package | scripts/check-layers.py
Also: the runner's modules import no machine learning, and models import no adapters (docs/architecture.md).
"""
import json
import pathlib
import re
import sys

MACHINE_LEARNING = {
    "CTorch", "TorchBridge", "TextMetrics", "Tensors", "Tokenizers", "ChatTemplates", "Models", "PEFT", "Generation",
    "Training"}
FORBIDDEN = {
    **{runner: MACHINE_LEARNING for runner in ("StageInterface", "Pipelines", "Store", "Execution", "Remotes", "Recipes", "Reports", "ReportPages")},
    "Models": {"PEFT", "Generation", "Training"},
    "PEFT": {"Generation", "Training"},
    "Stages": {"Store", "Execution", "Pipelines"},
    "Downloads": MACHINE_LEARNING | {"Store", "Execution", "Pipelines"},
}
IMPORT = re.compile(r"^\s*(?:@\w+\s+)*(?:(?:package|public|private|internal|fileprivate)\s+)?import\s+(?:\w+\s+)?(\w+)", re.M)


def dependencies(target):
    for dependency in target["dependencies"]:
        for kind in ("byName", "target"):
            if kind in dependency:
                yield dependency[kind][0]


def main():
    package = json.load(sys.stdin)
    targets = [t for t in package["targets"] if t["type"] != "test" and t["name"] != "TestSupport"]
    position = {target["name"]: index for index, target in enumerate(targets)}
    problems = []
    for target in targets:
        name = target["name"]
        declared = set(dependencies(target))
        for other in sorted(declared & position.keys()):
            if position[other] >= position[name]:
                problems.append(f"Package.swift: {name} depends on {other}, which does not stand above it")
        folder = pathlib.Path(target.get("path") or f"Sources/{name}")
        for file in sorted(folder.rglob("*.swift")):
            for other in sorted(set(IMPORT.findall(file.read_text())) & position.keys() - {name}):
                if other not in declared:
                    problems.append(f"{file}: imports {other}, which Package.swift does not name for {name}")
                if other in FORBIDDEN.get(name, ()):
                    problems.append(f"{file}: {name} must not know {other}")
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{len(targets)} targets, {len(problems)} wrong imports")
    return 1 if problems else 0


sys.exit(main())
