"""Builds a SentencePiece table of replacements (precompiled_charsmap) from a dictionary."""

import base64
import struct


def charsmap(replacements):
    """The table in base64, for `Precompiled` in a tokenizer.json.

    It is a double array (Darts) over the bytes of the keys: a unit of 32 bits holds a label in its low byte, whether it
    has a value in bit 8, and its offset from bit 10 on; the child over a byte stands at position ^ offset ^ byte, and a
    value at position ^ offset.
    """
    strings, places = b"", {}
    for replacement in sorted(set(replacements.values())):
        places[replacement] = len(strings)
        strings += replacement.encode() + b"\0"

    tree = {}
    for key, replacement in replacements.items():
        node = tree
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = places[replacement]

    units, used = {0: 0}, {0}
    limit = [1]

    def place(node, position):
        """Gives the children of a node their places, all in one block of 256."""
        labels = [0 if byte is None else byte for byte in node]
        base = limit[0]
        while any((base ^ label) in used for label in labels) or (base ^ position) >= 1 << 21:
            base += 1
        if len(used) > 0.9 * base:
            limit[0] = base
        offset = base ^ position
        units[position] |= offset << 10 | (0x100 if None in node else 0)
        used.update(base ^ label for label in labels)
        for byte, child in node.items():
            if byte is None:
                units[base] = 1 << 31 | child
            else:
                units[base ^ byte] = byte
        for byte, child in node.items():
            if byte is not None:
                place(child, base ^ byte)

    place(tree, 0)
    size = (max(units) | 0xFF) + 1
    array = [units.get(position, 0) for position in range(size)]
    blob = struct.pack(f"<I{size}I", 4 * size, *array) + strings
    return base64.b64encode(blob).decode()
