"""Turns the committed weights/ back into checkpoints in run/, so that training can go on from them."""
import argparse
import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL
from safetensors.torch import load_file

ROOT = Path(__file__).resolve().parent.parent


def weights(name):
    return {k: v.float() if v.is_floating_point() else v for k, v in load_file(ROOT / "weights" / f"{name}.safetensors").items()}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--run", type=Path, default=Path("run"))
    run = arguments.parse_args().run
    run.mkdir(parents=True, exist_ok=True)
    config = json.loads((ROOT / "base" / "vae_decoder" / "config.json").read_text())
    vae = AutoencoderKL(**{k: v for k, v in config.items() if not k.startswith("_")})
    vae.load_state_dict(weights("vae"))
    vae.save_pretrained(run / "vae")
    torch.save({"unet": weights("base_unet"), "text_encoder": weights("text_encoder"), "text_encoder_2": weights("text_encoder_2"),
                "tokens": json.loads((ROOT / "weights" / "tokens.json").read_text())}, run / "base.pt")
    torch.save({"unet": weights("refiner_unet")}, run / "refiner.pt")


if __name__ == "__main__":
    main()
