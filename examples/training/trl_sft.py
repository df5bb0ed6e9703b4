"""Supervised fine-tuning with TRL on rows of `ragstill export --format tokens`, whose labels are used as they are.

    python trl_sft.py MODEL TOKENS.jsonl OUT [--tokenizer FOLDER] [--steps 500] [--learning-rate 1e-5]

MODEL is a folder, or a name on a hub. The tokenizer, by default the model's own, must be the one that the rows were exported
with; it is saved beside the trained model.
"""

import argparse

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import SFTConfig, SFTTrainer

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("model")
arguments.add_argument("tokens")
arguments.add_argument("out")
arguments.add_argument("--tokenizer")
arguments.add_argument("--steps", type=int, default=500)
arguments.add_argument("--learning-rate", type=float, default=1e-5)
arguments.add_argument("--batch", type=int, default=1)
arguments.add_argument("--accumulate", type=int, default=16)
arguments.add_argument("--cpu", action="store_true", help="train on the processor, in 32 bits")
arguments = arguments.parse_args()

rows = load_dataset("json", data_files=arguments.tokens, split="train").select_columns(["input_ids", "labels"])
model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype="float32" if arguments.cpu else "bfloat16")
tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer or arguments.model)
config = SFTConfig(
    output_dir=arguments.out,
    # 1,024 by default: longer rows would be cut at the end, where the answer is.
    max_length=None,
    max_steps=arguments.steps,
    learning_rate=arguments.learning_rate,
    lr_scheduler_type="cosine",
    warmup_steps=arguments.steps // 20,
    per_device_train_batch_size=arguments.batch,
    gradient_accumulation_steps=arguments.accumulate,
    gradient_checkpointing=not arguments.cpu,
    bf16=not arguments.cpu,
    use_cpu=arguments.cpu,
    logging_steps=max(1, arguments.steps // 20),
    save_strategy="no",
    report_to=[],
    seed=7,
)
trainer = SFTTrainer(model=model, args=config, train_dataset=rows, processing_class=tokenizer)
trainer.train()
trainer.save_model(arguments.out)
tokenizer.save_pretrained(arguments.out)
