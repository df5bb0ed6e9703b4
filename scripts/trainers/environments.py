"""The virtual environments of scripts/check-trainers, scripts/prove-training and scripts/bench-embed, and how to run in them.

All comes from PyPI, into `target/trainers`; nothing is asked of the Hugging Face hub.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import cpu_torch

ROOT = Path(__file__).resolve().parent.parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
HOME = TARGET / "trainers"

# What is installed with its dependencies, and what without: of the heavy trainers only the loaders are run.
ENVIRONMENTS = {
    "current": (["trl==1.16.0", "datasets==5.2.0", "transformers==5.23.0"], []),
    "sentence-transformers": (["sentence-transformers==6.2.0"], []),
    # What `transformers serve` needs.
    "serving": (["fastapi==0.165.0", "uvicorn==0.54.0", "openai==3.57.0", "rich"], []),
    "axolotl": (
        [
            *["transformers==5.16.1", "datasets==4.8.4", "huggingface_hub==1.17.0", "tokenizers==0.23.1", "addict", "colorama"],
            # What its configuration and the way from files to packed rows need.
            *["trl==1.9.0", "peft==0.20.0", "accelerate==1.13.0", "posthog==6.7.11", "numba", "scipy", "einops", "pillow"],
        ],
        ["axolotl==0.19.0"],
    ),
    "llamafactory": (
        ["transformers==5.6.0", "datasets==4.0.0", "peft==0.18.1", "accelerate==1.11.0", "trl==0.24.0", "omegaconf"],
        ["llamafactory==0.9.5", "torchaudio==2.11.0"],
    ),
    "verl": (
        ["transformers==5.10.4", "tensordict==0.10.0", "ray==2.60.0", "hydra-core", "codetiming", "dill", "torchdata", "pillow"],
        ["verl==0.9.1"],
    ),
    "flagembedding": (["peft"], ["FlagEmbedding==1.4.2"]),
    "openrlhf": (["transformers==5.15.0", "pylatexenc"], ["openrlhf==0.11.2"]),
}
# The environment that the others build on.
BASE = "current"


def environment(name):
    """The Python of a virtual environment that has what it should."""
    requirements, bare = ENVIRONMENTS[name]
    folder = HOME / name
    state = hashlib.sha256(json.dumps([sys.version, cpu_torch.TORCH, ENVIRONMENTS[BASE], requirements, bare]).encode())
    ready = folder / ".ready"
    python = folder / "bin" / "python"
    if ready.exists() and ready.read_text() == state.hexdigest():
        return python
    base = HOME / BASE / "bin" / "python" if name == BASE else environment(BASE)
    print(f"installing {name}", flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", *([] if name == BASE else ["--without-pip"]), folder], check=True)
    pip = [base, "-m", "pip", "--disable-pip-version-check", "--python", python]
    torch = HOME / "torch"
    if not (torch / ".ready").exists():
        shutil.rmtree(torch, ignore_errors=True)
        cpu_torch.install(pip, torch)
        (torch / ".ready").touch()
    # What an environment does not have itself it finds in the base, and PyTorch in its own folder.
    sites = [] if name == BASE else [packages(HOME / BASE)]
    (packages(folder) / "shared.pth").write_text("".join(f"{site}\n" for site in [*sites, torch]))
    subprocess.run([*pip, "install", "--quiet", *requirements], check=True)
    if bare:
        subprocess.run([*pip, "install", "--quiet", "--no-deps", *bare], check=True)
    ready.write_text(state.hexdigest())
    return python


def packages(folder):
    """Where a virtual environment keeps its packages."""
    return next((folder / "lib").glob("python*")) / "site-packages"


def offline(cache=None):
    """The environment variables of the checks: no hub, no reports, no GPU, two threads, a cache of their own."""
    settings = {
        "HF_HUB_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HOME": str(cache or HOME / "cache"),
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "TRANSFORMERS_VERBOSITY": "error",
        "TOKENIZERS_PARALLELISM": "false",
        "AXOLOTL_DO_NOT_TRACK": "1",
        "DO_NOT_TRACK": "1",
        "WANDB_MODE": "disabled",
        "CUDA_VISIBLE_DEVICES": "",
        "OMP_NUM_THREADS": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    return {**os.environ, **settings}
