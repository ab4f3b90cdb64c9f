"""Tables for a terminal."""


def table(header, lines):
    widths = [max(len(line[column]) for line in [header] + lines) for column in range(len(header))]
    for line in [header] + lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip(), flush=True)
