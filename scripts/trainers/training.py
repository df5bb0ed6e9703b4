"""What a trainer makes of chains, and what a model has learnt of them: training.py labels|loss EXPORTS MODEL

EXPORTS is a folder with `tokens.jsonl` and `rearag.jsonl` of the same run; scripts/prove-training runs this.
"""

import json
import sys
import tempfile
from pathlib import Path

import torch
from check_trl import loss, trainer
from common import END, IGNORED, loaded, rows, same, spans
from transformers import AutoModelForCausalLM, AutoTokenizer


def labels(exports, tokenizer, model):
    """The labels that TRL trains with: on each step's reasoning and the token that ends it, and on nothing else."""
    dataset = loaded(exports, "tokens").select_columns(["input_ids", "labels"])
    with tempfile.TemporaryDirectory() as folder:
        prepared = trainer(model, tokenizer, dataset, folder)
        # As they come out of the collator, which is what the model is given.
        batches = [prepared.data_collator([row]) for row in prepared.train_dataset]
    chains = rows(exports / "rearag.jsonl")
    assert len(batches) == len(chains), f"{len(chains)} chains, TRL keeps {len(batches)}"
    trained = masked = steps = 0
    for number, (batch, chain) in enumerate(zip(batches, chains)):
        ids, of_row = batch["input_ids"][0].tolist(), batch["labels"][0].tolist()
        reasoning = [message["reasoning"] for message in chain["messages"] if "reasoning" in message]
        found = spans(tokenizer, ids, of_row)
        assert len(found) == len(reasoning), f"chain {number}: {len(reasoning)} steps, {len(found)} trained pieces"
        for piece, step in zip(found, reasoning):
            same(piece, step + END, f"chain {number}")
        others = tokenizer.decode([token for token, label in zip(ids, of_row) if label == IGNORED])
        for message in chain["messages"]:
            if "content" in message:
                assert message["content"] in others, f"chain {number}: {message['content'][:80]!r} is not masked"
        trained += sum(label != IGNORED for label in of_row)
        masked += sum(label == IGNORED for label in of_row)
        steps += len(reasoning)
    return {"chains": len(chains), "steps": steps, "trained_tokens": trained, "masked_tokens": masked}


def main():
    what, exports, folder = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    if what == "labels":
        print(json.dumps(labels(exports, tokenizer, model)))
    else:
        print(json.dumps({"loss": loss(model, loaded(exports, "tokens"))}))


if __name__ == "__main__":
    main()
