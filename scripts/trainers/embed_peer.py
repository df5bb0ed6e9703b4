"""Embeds texts with sentence-transformers, or compares two files of vectors; scripts/bench-embed runs it.

embed_peer.py MODEL TEXTS --out FILE --rounds N
embed_peer.py --compare FILE FILE --dimension N
"""

import argparse
import json
import time
from pathlib import Path

import numpy


def compare(files, dimension):
    """The smallest cosine between the vectors of a text."""
    one, other = (numpy.fromfile(file, dtype="<f4").reshape(-1, dimension).astype(float) for file in files)
    assert one.shape == other.shape and len(one) > 0, f"{one.shape} and {other.shape}"
    lengths = numpy.linalg.norm(one, axis=1) * numpy.linalg.norm(other, axis=1)
    print(((one * other).sum(axis=1) / lengths).min())


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("model", nargs="?")
    arguments.add_argument("texts", nargs="?", type=Path)
    arguments.add_argument("--out", type=Path)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--compare", nargs=2)
    arguments.add_argument("--dimension", type=int)
    arguments = arguments.parse_args()
    if arguments.compare:
        return compare(arguments.compare, arguments.dimension)

    from sentence_transformers import SentenceTransformer

    texts = [json.loads(line)["text"] for line in arguments.texts.read_text(encoding="utf-8").split("\n") if line]
    began = time.perf_counter()
    model = SentenceTransformer(arguments.model, device="cpu", local_files_only=True)
    opened = time.perf_counter() - began
    fastest = float("inf")
    for _ in range(arguments.rounds):
        began = time.perf_counter()
        # Sorted by length and in batches of 32, which it does by itself.
        vectors = model.encode(texts, show_progress_bar=False)
        fastest = min(fastest, time.perf_counter() - began)
    vectors.astype("<f4").tofile(arguments.out)
    report = {"texts": len(texts), "dimension": vectors.shape[1], "open_s": opened, "embed_s": fastest}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
