"""A tiny tokenizer and a tiny random model: model.py OUT EXPORTS... [--hidden 64]

The tokenizer is byte-level BPE, trained on the exported examples, with ChatML's special tokens and chat template; the
model is a Llama of two layers.
"""

import argparse
import json
from pathlib import Path

import torch
from common import END, rows, strings
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

TEMPLATE = (
    # Models of chains know what a search found as `observation`; exports say `tool`.
    "{% for message in messages %}{% set role = 'tool' if message['role'] == 'observation' else message['role'] %}"
    "{{ '<|im_start|>' + role + '\\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{% else %}{{ message['content'] + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=Path)
    arguments.add_argument("exports", type=Path, nargs="+")
    arguments.add_argument("--hidden", type=int, default=64)
    arguments = arguments.parse_args()
    out = arguments.out
    texts = [
        text
        for exports in arguments.exports
        for file in sorted((exports / "jsonl").glob("*.jsonl"))
        for row in rows(file)
        for text in strings(row)
    ]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<|endoftext|>", "<|im_start|>", END]
    trainer = trainers.BpeTrainer(
        vocab_size=1024,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    whole = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=special[0],
        eos_token=END,
        additional_special_tokens=special[1:2],
        clean_up_tokenization_spaces=False,
        model_max_length=1 << 20,
    )
    whole.chat_template = TEMPLATE
    whole.save_pretrained(out)
    (out / "chat_template.jinja").write_text(TEMPLATE)
    for text in texts:
        ids = whole(text, add_special_tokens=False)["input_ids"]
        assert whole.decode(ids, skip_special_tokens=False) == text, f"the tokenizer loses something of {text[:200]!r}"
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(whole),
        hidden_size=arguments.hidden,
        intermediate_size=2 * arguments.hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=1 << 15,
        bos_token_id=None,
        eos_token_id=whole.eos_token_id,
        pad_token_id=whole.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(out)
    print(json.dumps({"tokens": len(whole), "texts": len(texts)}))


if __name__ == "__main__":
    main()
