//! Exact BM25 with Lucene's English analysis, behind one Retriever trait.
