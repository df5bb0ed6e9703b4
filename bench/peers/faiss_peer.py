#!/usr/bin/env python3
"""Measures faiss-cpu's flat index or its HNSW, and writes what is measured.

    faiss_peer.py --make --index FILE --queries FILE [--vectors N] [--dimension D]
    faiss_peer.py --make --index FILE --queries FILE --words FOLDER
    faiss_peer.py --index FILE --queries FILE [--threads N] [--batches 1 16 256] [--most N]
    faiss_peer.py --index FILE --queries FILE --graph FILE [--links M] [--build N] [--ef N...] [...]

The first form writes an IndexFlatIP of unit vectors around 1,000 random centres, and 4,096 queries of the same kind as
plain numbers. The second takes the word vectors of a BERT model's folder instead, every 60th of them as a query: they have few
near neighbours and are hard for a graph. The others print one JSON object. The index is in memory before the clock starts. With a
graph, an IndexHNSWFlat in that file is searched; if there is none it is made, from the vectors of the flat index.
"""

import argparse
import json
import os
import struct
import time
from pathlib import Path

import faiss
import numpy as np

K = 10
QUERIES = 4096
CENTRES = 1000
# Every so many word vectors one is a query.
EVERY = 60


def unit(rng, centres, count):
    vectors = centres[rng.integers(len(centres), size=count)]
    vectors += rng.standard_normal(vectors.shape, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def make(arguments):
    rng = np.random.default_rng(7)
    centres = rng.standard_normal((CENTRES, arguments.dimension), dtype=np.float32)
    index = faiss.IndexFlatIP(arguments.dimension)
    for start in range(0, arguments.vectors, 50_000):
        index.add(unit(rng, centres, min(50_000, arguments.vectors - start)))
    faiss.write_index(index, arguments.index)
    unit(rng, centres, QUERIES).tofile(arguments.queries)


def make_of_words(arguments):
    # A safetensors file: the length of a header, the header, and the numbers at the places that it names.
    data = (Path(arguments.words) / "model.safetensors").read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    (name,) = (name for name in header if name.endswith("embeddings.word_embeddings.weight"))
    start, end = header[name]["data_offsets"]
    assert header[name]["dtype"] == "F32", header[name]["dtype"]
    numbers = np.frombuffer(data[8 + length :][start:end], dtype=np.float32).reshape(header[name]["shape"])
    # Tokens that are reserved for nothing have all but the same vector.
    words = (Path(arguments.words) / "vocab.txt").read_text().splitlines()
    numbers = numbers[[at for at, word in enumerate(words) if not word.startswith("[")]]
    numbers = numbers / np.linalg.norm(numbers, axis=1, keepdims=True)
    is_query = np.arange(len(numbers)) % EVERY == 0
    index = faiss.IndexFlatIP(numbers.shape[1])
    index.add(numbers[~is_query])
    faiss.write_index(index, arguments.index)
    numbers[is_query].tofile(arguments.queries)


def searched(arguments, index, queries):
    _, hits = index.search(queries[:512], K)
    batches = []
    for batch in arguments.batches:
        measured = min(arguments.most, len(queries) // batch)
        began, cpu = time.perf_counter(), time.process_time()
        for at in range(measured):
            index.search(queries[at * batch : (at + 1) * batch], K)
        times = {"search_s": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}
        batches.append({"batch": batch, "count": measured * batch, **times})
    return {"batches": batches, "hits": hits.tolist()}


def measure(arguments):
    faiss.omp_set_num_threads(arguments.threads)
    began = time.perf_counter()
    index = faiss.read_index(arguments.index)
    open_s = time.perf_counter() - began
    queries = np.fromfile(arguments.queries, dtype=np.float32).reshape(-1, index.d)
    report = {
        "engine": "faiss",
        "version": faiss.__version__,
        "threads": arguments.threads,
        "vectors": index.ntotal,
        "dimension": index.d,
        "open_s": open_s,
        "build_s": None,
        "walks": [],
        "options": faiss.get_compile_options(),
    }
    if arguments.graph:
        if os.path.exists(arguments.graph):
            graph = faiss.read_index(arguments.graph)
        else:
            vectors = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
            began = time.perf_counter()
            graph = faiss.IndexHNSWFlat(index.d, arguments.links, faiss.METRIC_INNER_PRODUCT)
            graph.hnsw.efConstruction = arguments.build
            graph.add(vectors)
            report["build_s"] = time.perf_counter() - began
            faiss.write_index(graph, arguments.graph)
        for ef in arguments.ef:
            graph.hnsw.efSearch = ef
            report["walks"].append({"ef": ef, **searched(arguments, graph, queries)})
    else:
        report |= searched(arguments, index, queries)
    print(json.dumps(report))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--make", action="store_true")
    arguments.add_argument("--words", metavar="FOLDER")
    arguments.add_argument("--index", required=True)
    arguments.add_argument("--queries", required=True)
    arguments.add_argument("--vectors", type=int, default=200_000)
    arguments.add_argument("--dimension", type=int, default=768)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--batches", type=int, nargs="*", default=[1, 16, 256])
    arguments.add_argument("--most", type=int, default=16)
    arguments.add_argument("--graph")
    arguments.add_argument("--links", type=int, default=16)
    arguments.add_argument("--build", type=int, default=128)
    arguments.add_argument("--ef", type=int, nargs="+", default=[96])
    arguments = arguments.parse_args()
    if arguments.make and arguments.words:
        make_of_words(arguments)
    elif arguments.make:
        make(arguments)
    else:
        measure(arguments)


if __name__ == "__main__":
    main()
