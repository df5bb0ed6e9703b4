//! The operators: one folder each, prompts beside the code.
