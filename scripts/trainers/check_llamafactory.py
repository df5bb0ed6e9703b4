"""LLaMA-Factory: its arguments, those of examples/training/llamafactory.yaml among them, its converters, its ChatML template and
its tokenised rows."""

import itertools
import json
import tempfile
from pathlib import Path

import yaml
from common import END, examples, main, same, spans, to_last_trained, whole_text
from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
from llamafactory.hparams import get_train_args
from transformers import AutoTokenizer

TRAINING = Path(__file__).resolve().parent.parent.parent / "examples" / "training" / "llamafactory.yaml"


def call_text(call):
    """A call of a tool as the template writes it with its default `tool_format`."""
    thought = f"<think>\n{call['thought']}\n</think>\n\n" if call["thought"] else ""
    return f"{thought}Action: {call['name']}\nAction Input: {json.dumps(call['arguments'], ensure_ascii=False)}"


def said(name, turn):
    """The ways in which a trained turn may have been written: as it is, and as a call where there is a place for one."""
    plain = turn["text"] + f"{END}\n"
    if name == "llamafactory-sharegpt" and turn.get("call"):
        bare = {**turn["call"], "thought": ""}
        # A thought may also stand before the call as it is.
        return [plain, call_text(turn["call"]) + f"{END}\n", turn["call"]["thought"] + call_text(bare) + f"{END}\n"]
    return [plain]


def wanted(name, conversations):
    """For each row what stands before its last answer, and which of its turns are trained."""
    found = []
    for conversation in conversations:
        turns = to_last_trained(conversation)
        if name == "llamafactory-alpaca":
            # A row is a conversation: its history is trained as well.
            found.append((conversation["id"], turns[:-1], [turn for turn in turns if turn["role"] == "assistant"]))
        else:
            # A row for each trained answer: with `mask_history` the last turn alone is trained.
            found += [(conversation["id"], turns[:n], [turn]) for n, turn in enumerate(turns) if turn["train"]]
    return found


def check(name, exports, model):
    info = json.loads((exports / name / "dataset_info.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            **yaml.safe_load(TRAINING.read_text(encoding="utf-8")),
            "model_name_or_path": str(model),
            "dataset": ",".join(info),
            "dataset_dir": str(exports / name),
            "template": "chatml",
            "cutoff_len": 1 << 20,
            "overwrite_cache": True,
            "output_dir": folder,
            "use_cpu": True,
            "bf16": False,
        }
        if name == "llamafactory-alpaca":
            settings["mask_history"] = False
        model_args, data_args, training_args, _, _ = get_train_args(settings)
        tokenizer = AutoTokenizer.from_pretrained(model)
        template = get_template_and_fix_tokenizer(tokenizer, data_args)
        made = get_dataset(template, model_args, data_args, training_args, "sft", tokenizer)["train_dataset"]
    expected = wanted(name, examples(exports, "conversations"))
    assert len(made) == len(expected), f"{name}: LLaMA-Factory keeps {len(made)} rows where {len(expected)} are meant"
    for row, (example, before, answers) in zip(made, expected):
        found = "".join(spans(tokenizer, row["input_ids"], row["labels"]))
        if found not in ("".join(way) for way in itertools.product(*(said(name, turn) for turn in answers))):
            same(found, "".join(said(name, turn)[0] for turn in answers), f"{name}: {example}")
        whole = whole_text(tokenizer, row["input_ids"])
        at = 0
        for part in before:
            texts = [part["text"]] if not part.get("call") else [part["text"], call_text(part["call"])]
            places = [whole.find(text, at) for text in texts if whole.find(text, at) >= 0]
            assert places, f"{name}: {example}: {part['text'][:200]!r} is not in the context, or not in order"
            at = min(places)
    return len(made), "trained text is what is marked; context in order; no row is dropped"


if __name__ == "__main__":
    main(check, "llamafactory", "transformers", "datasets")
