"""Prints the digests that ObjectTests and StoreKeyTests expect, computed without our code.

Run: python3 Tests/StoreTests/ManifestDigest.py
"""

import hashlib
import json


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def spelled(value) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


files = {"adapter.txt": b"weights", "nested/config.json": b"{}", "é": b""}
lines = ['{"manifest":1}']
for path in sorted(files, key=lambda path: path.encode()):
    lines.append(spelled({"path": path, "sha256": sha256(files[path]), "size": len(files[path])}))
print("object:", sha256(("\n".join(lines) + "\n").encode()))

components = {"stage": "lora", "parameters": {"r": 8, "lora_dropout": 0.1, "target_modules": ["query", "value"]}}
print("key:", sha256(spelled(components).encode()))
