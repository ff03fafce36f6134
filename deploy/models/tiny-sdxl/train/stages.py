"""Keeps in stages/ what a long training has reached, small enough for the repository, and brings it back.

`python stages.py keep` takes the averaged weights of every stage in run/, in float16 and without the optimiser's memory;
`python stages.py restore` makes a run/ from them in which every training script goes on where its stage was. UNets and VAE
of which stages/ knows nothing begin anew, but from the finished weights in ../weights instead of from nothing.
"""
import argparse
import json
import pickle
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

import common

KEPT = Path(__file__).resolve().parent / "stages"
VAES = ("vae", "vae_crisp")  # finished VAEs are folders of diffusers
STATES = {"vae": ("vae", "helper"), "vae_crisp": ("vae", "helper"), "text": ("text_encoder", "text_encoder_2", "reader"),
          "base": ("unet", "helper"), "refiner": ("unet",)}


def halved(tensors):
    return {k: v.detach().half().contiguous() if v.is_floating_point() else v.contiguous() for k, v in tensors.items()}


def averaged(state, parts):
    """{part/parameter: value}, the averages in place of the parameters where the stage keeps averages of that part."""
    averages = state["average"]["values"]
    return {f"{part}/{key}": value for part in parts for key, value in averages.get(part, state[part]).items()}


def keep(run):
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.iterdir():
        old.unlink()
    progress = {"tokens": pickle.loads((run / "tokens.pkl").read_bytes()), "stages": {}}
    for name, parts in STATES.items():
        if not (run / f"{name}_state.pt").exists():
            continue
        state = torch.load(run / f"{name}_state.pt", weights_only=False)
        used = state["clock"]["used"]
        progress["stages"][name] = {"step": state["step"], "used_seconds": round(used)}
        if name in VAES and (run / name / "config.json").exists():
            from diffusers import AutoencoderKL
            vae = AutoencoderKL.from_pretrained(run / name)
            progress["stages"][name]["config"] = {k: v for k, v in vae.config.items() if not k.startswith("_")}
            tensors = vae.state_dict()
        else:
            tensors = averaged(state, parts)
        save_file(halved(tensors), KEPT / f"{name}.safetensors")
        print(name, "step", state["step"], f"{used / 60:.1f} core-minutes", flush=True)
    (KEPT / "progress.json").write_text(json.dumps(progress, indent=1) + "\n")


def restore(run):
    run.mkdir(parents=True, exist_ok=True)
    progress = json.loads((KEPT / "progress.json").read_text())
    (run / "tokens.pkl").write_bytes(pickle.dumps(progress["tokens"]))
    for name, reached in progress["stages"].items():
        tensors = {k: v.float() if v.is_floating_point() else v for k, v in load_file(KEPT / f"{name}.safetensors").items()}
        if "config" in reached:
            from diffusers import AutoencoderKL
            vae = AutoencoderKL(**reached["config"])
            vae.load_state_dict(tensors)
            vae.save_pretrained(run / name)
            tensors = {}  # the folder holds them; the state only says how long it took
        state = {"step": reached["step"], "clock": {"used": float(reached["used_seconds"])}}
        for key, value in tensors.items():
            part, parameter = key.split("/", 1)
            state.setdefault(part, {})[parameter] = value
        common.write(run / f"{name}_state.pt", state)
        print(name, "goes on at step", reached["step"], flush=True)
    begin_from_weights(run, progress["stages"])


def begin_from_weights(run, known):
    """What `reference.py` loads of the finished model, as the first step of the stages that are not `known`."""
    import reference
    for stage, unet in (("base", "base_unet"), ("refiner", "refiner_unet")):
        if stage not in known:
            common.write(run / f"{stage}_state.pt", {"step": 0, "clock": {"used": 0.0}, "unet": reference.weights(unet)})
            print(stage, "begins from the finished weights", flush=True)
    if "vae" not in known:
        reference.vae().save_pretrained(run / "vae")
        print("vae is the finished one", flush=True)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("what", choices=("keep", "restore"))
    arguments.add_argument("--run", type=Path, default=Path("run"))
    o = arguments.parse_args()
    (keep if o.what == "keep" else restore)(o.run)
