//! Documents to training data for retrieval-augmented language models.
