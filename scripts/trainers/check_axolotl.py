"""Axolotl: what its strategies make of the rows, and what it makes of `tokens` with examples/training/axolotl.yaml."""

import tempfile
from pathlib import Path

from axolotl.prompt_strategies import load
from axolotl.utils.dict import DictDefault
from common import END, data_file, examples, in_order, is_marked, loaded, main, noted, rows, same, spans, templated, trained, whole_text
from transformers import AutoTokenizer

SETTINGS = DictDefault({"train_on_inputs": False, "sequence_len": 1 << 20, "chat_template": "tokenizer_default"})
STRATEGIES = {
    "axolotl-segments": {"type": "input_output"},
    "axolotl-chat": {"type": "chat_template", "message_field_training": "train"},
}

TRAINING = Path(__file__).resolve().parent.parent.parent / "examples" / "training" / "axolotl.yaml"


def prepared(exports, written, model, tokenizer, folder):
    """The rows that Axolotl packs for training, with the configuration that is in the examples."""
    import yaml
    from axolotl.utils.config import normalize_config, validate_config
    from axolotl.utils.data import prepare_datasets

    settings = yaml.safe_load(TRAINING.read_text(encoding="utf-8"))
    settings["datasets"][0]["path"] = str(data_file(exports, "tokens"))
    settings.update(base_model=str(model), tokenizer_config=str(model), dataset_num_proc=1)
    # Its limit is for the model's own tokens; those of the tiny tokenizer are more.
    settings["sequence_len"] = max(settings["sequence_len"], *(len(row["input_ids"]) for row in written))
    settings.update(dataset_prepared_path=f"{folder}/prepared", output_dir=f"{folder}/out")
    # The processor has no GPU, for which the configuration is.
    gpu = {"bf16": True, "fp8": False, "tf32": True, "n_gpu": 1, "compute_capability": "sm_90"}
    settings = validate_config(DictDefault(settings), capabilities=gpu, env_capabilities={"torch_version": "2.11.0"})
    normalize_config(settings)
    return prepare_datasets(settings, tokenizer)[0]


def check_tokens(exports, model, tokenizer, conversations):
    """Axolotl takes tokens and labels as they are, and drops no row."""
    written = rows(data_file(exports, "tokens"))
    assert len(written) == len(conversations), f"tokens: {len(written)} rows, {len(conversations)} conversations"
    for row, conversation in zip(written, conversations):
        where = f"tokens: {conversation['id']}"
        is_marked("".join(spans(tokenizer, row["input_ids"], row["labels"])), trained(conversation), where)
        in_order(whole_text(tokenizer, row["input_ids"]), conversation["turns"], where)
    with tempfile.TemporaryDirectory() as folder:
        made = prepared(exports, written, model, tokenizer, folder)
        found = sorted((list(ids), list(labels)) for ids, labels in zip(made["input_ids"], made["labels"]))
    assert found == sorted((row["input_ids"], row["labels"]) for row in written), "tokens: rows are dropped or changed"
    return len(found), "prepare_datasets with examples/training/axolotl.yaml: tokens and labels as they are; trained text is what is marked"


def check(name, exports, model):
    tokenizer = AutoTokenizer.from_pretrained(model)
    conversations = examples(exports, "conversations")
    if name == "tokens":
        return check_tokens(exports, model, tokenizer, conversations)
    settings = DictDefault(STRATEGIES[name])
    strategy = load(settings.type, tokenizer, SETTINGS, settings)
    dataset = loaded(exports, name)
    assert len(dataset) == len(conversations), f"{name}: {len(dataset)} rows, {len(conversations)} conversations"
    merged = 0
    for row, conversation in zip(dataset, conversations):
        made = strategy.tokenize_prompt(row)
        found = "".join(spans(tokenizer, made["input_ids"], made["labels"]))
        where = f"{name}: {conversation['id']}"
        whole = whole_text(tokenizer, made["input_ids"])
        in_order(whole, conversation["turns"], where)
        if name == "axolotl-chat":
            # Each trained turn without its header, with the token that ends it.
            merged += templated(found, [turn["text"] + END for turn in trained(conversation)], where)
            continue
        is_marked(found, trained(conversation), where)
        same(whole, "".join(segment["text"] for segment in row["segments"]), where)
    return len(dataset), f"{type(strategy).__name__}: trained text is what is marked{noted(merged)}"


if __name__ == "__main__":
    main(check, "axolotl", "transformers")
