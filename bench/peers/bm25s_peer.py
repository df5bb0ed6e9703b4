#!/usr/bin/env python3
"""Measures bm25s with numba: bm25s_peer.py --corpus FILE --queries FILE... [--threads N]; prints one JSON object.

The settings are those that a user would choose who wants speed: the numba backend, English stop words, PyStemmer,
queries as token ids. Three times are taken of each query file:

    analysis_s  texts to token ids
    search_s    the call of `retrieve`, all queries at once
    kernel_s    the compiled part of it alone, arrays in and arrays out
"""

import argparse
import gc
import json
import resource
import time
from pathlib import Path

import bm25s
import numpy as np
import Stemmer
from bm25s.numba import retrieve_utils
from bm25s.tokenization import Tokenizer

K = 10
WARM_UP = 200


def read(file):
    def text(row):
        return row.get("text") or row.get("question") or row.get("query") or ""

    with open(file, encoding="utf-8") as rows:
        return [text(json.loads(row)) for row in rows]


def timed(call):
    began = time.perf_counter()
    result = call()
    return result, time.perf_counter() - began


def kernel(retriever, queries, threads):
    """The compiled function with its arguments, as bm25s calls it."""
    pointers = np.cumsum([0] + [len(query) for query in queries], dtype=retriever.int_dtype)
    flat = np.concatenate([np.asarray(query, dtype=retriever.int_dtype) for query in queries])
    jitted = (
        retrieve_utils._retrieve_internal_jitted_serial
        if threads == 1
        else retrieve_utils._retrieve_internal_jitted_parallel
    )
    scores = retriever.scores
    return lambda: jitted(
        query_pointers=pointers,
        query_tokens_ids_flat=flat,
        k=K,
        sorted=True,
        dtype=np.dtype(retriever.dtype),
        int_dtype=np.dtype(retriever.int_dtype),
        data=scores["data"],
        indptr=scores["indptr"],
        indices=scores["indices"],
        num_docs=scores["num_docs"],
        nonoccurrence_array=retriever.nonoccurrence_array,
        weight_mask=None,
    )


def measure(retriever, tokenizer, file, threads):
    texts = read(file)

    def tokens(texts):
        return tokenizer.tokenize(texts, update_vocab=False, return_as="ids", show_progress=False)

    def retrieve(queries):
        return retriever.retrieve(queries, k=K, n_threads=threads, show_progress=False)

    queries, analysis_s = timed(lambda: tokens(texts))
    # Compiles, and touches the index; the kernel has to be compiled for its own calls too.
    retrieve(queries[:WARM_UP])
    kernel(retriever, queries[:WARM_UP], threads)()
    results, search_s = timed(lambda: retrieve(queries))
    _, kernel_s = timed(kernel(retriever, queries, threads))
    return {
        "file": Path(file).stem,
        "count": len(texts),
        "hits": int((results.scores > 0).sum()),
        "analysis_s": analysis_s,
        "search_s": search_s,
        "kernel_s": kernel_s,
    }


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--corpus", required=True)
    arguments.add_argument("--queries", nargs="+", default=[])
    arguments.add_argument("--threads", type=int, default=1)
    arguments = arguments.parse_args()
    if arguments.threads > 1:
        import numba

        numba.set_num_threads(arguments.threads)

    texts = read(arguments.corpus)
    stemmer = Stemmer.Stemmer("english")
    began = time.perf_counter()
    tokenizer = Tokenizer(stopwords="en", stemmer=stemmer)
    ids = tokenizer.tokenize(texts, return_as="tuple", show_progress=False)
    tokenized = time.perf_counter()
    retriever = bm25s.BM25(method="lucene", k1=0.9, b=0.4, backend="numba")
    retriever.index(ids, show_progress=False)
    built = time.perf_counter()
    documents, text_bytes = len(texts), sum(len(text.encode()) for text in texts)
    del ids, texts
    gc.collect()

    queries = [measure(retriever, tokenizer, file, arguments.threads) for file in arguments.queries]
    report = {
        "engine": "bm25s",
        "version": bm25s.__version__,
        "threads": arguments.threads,
        "documents": documents,
        "text_bytes": text_bytes,
        "build_s": built - began,
        "tokenize_s": tokenized - began,
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        "queries": queries,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
