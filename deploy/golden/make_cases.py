"""Draws all whole pictures of the worker's tests with diffusers, and writes what happened on the way. See README.md."""
import argparse
import itertools

import torch
from transformers.utils import logging

import make_pictures
import make_prompts
from cases import OUT, SIGMA_SCHEDULES, draw, write
from make_schedulers import ALGORITHMS, SIGMA_LISTS, SPACINGS, TIMESTEP_LISTS, WITHOUT_SIGMA_SCHEDULES, reference

NAMED = {
    "base": dict(prompt="a big red circle on a yellow background", seed=42, steps=20),
    "ensemble": dict(prompt="a green heart on a white background", seed=7, steps=20, switch_at=0.8),
    "two-prompts-negative-wide": dict(
        prompt="a blue star", prompt_2="a white background", negative_prompt="red", negative_prompt_2="black background",
        width=160, height=96, seed=1234567890123, steps=15, guidance_scale=7.5, guidance_rescale=0.7),
    "two-prompts-negative-ensemble-tall": dict(
        prompt="a yellow cross", prompt_2="a purple background", negative_prompt="a circle", negative_prompt_2="green",
        width=96, height=160, seed=3, steps=17, switch_at=0.6, aesthetic_score=7.0, negative_aesthetic_score=2.0),
    "no-guidance": dict(prompt="an orange square on a cyan background", seed=11, steps=12, guidance_scale=1.0, spacing="trailing"),
    "micro-conditions-karras": dict(
        prompt="a pink ring on a black background", seed=5, steps=14, sigmas="karras", clip_skip=1, negative_prompt="",
        original_size=(200, 150), crop=(10, 20), target_size=(140, 130), negative_original_size=(64, 72),
        negative_crop=(3, 4), negative_target_size=(96, 80)),
    "odd-size-karras-ensemble": dict(
        prompt="a white triangle on a red background", width=136, height=104, seed=9, steps=16, switch_at=0.8, sigmas="karras"),
    "empty-prompt": dict(prompt="", seed=2**32 + 42, steps=8, width=96, height=96),
    "empty-prompt-and-negative": dict(prompt="", negative_prompt="", seed=-1, steps=8, width=96, height=96, switch_at=0.5),
    "long-prompt": dict(prompt="a red circle, " * 40, negative_prompt="dog " * 90, seed=2**63 - 1, steps=8, width=96, height=96),
    "emoji-prompt": dict(prompt="😀👍🏽 日本語の猫 “café”!!!", negative_prompt="🟥", seed=8, steps=8, width=96, height=96, switch_at=0.6),
    "special-tokens-prompt": dict(prompt="a star<|endoftext|>on ! a <|startoftext|> background", seed=10, steps=8, width=96, height=96),
    "negative-micro-conditions": dict(
        prompt="a cyan hexagon", seed=12, steps=8, width=72, height=120, negative_prompt="a ring", crop=(32, 0),
        negative_original_size=(512, 512), negative_crop=(8, 8), negative_target_size=(72, 120), switch_at=0.7),
    "clip-skip-ensemble": dict(prompt="a purple square", seed=13, steps=8, width=64, height=64, clip_skip=2, switch_at=0.5),
    "rescaled-guidance-ensemble": dict(
        prompt="a white cross", seed=14, steps=10, width=104, height=88, guidance_scale=9.0, guidance_rescale=0.5, switch_at=0.8),
    "guidance-below-one": dict(prompt="a black heart", negative_prompt="unseen", seed=15, steps=8, guidance_scale=0.5, switch_at=0.7),
    "early-handover": dict(prompt="a green ring", seed=16, steps=12, switch_at=0.25, width=96, height=64),
    "one-step": dict(prompt="a blue circle", seed=17, steps=1, width=64, height=64),
    "fifty-steps": dict(prompt="a yellow star on a black background", seed=18, steps=50, width=64, height=64, scheduler="dpmpp_2m"),
}
BATCH = dict(prompt="an orange triangle", negative_prompt="a blue star", seed=2**32 - 2, steps=7, width=64, height=80, num_images=3)
BATCHES = {
    "batch": BATCH,
    "batch-ensemble-noisy": dict(BATCH, scheduler="euler_ancestral", switch_at=0.6),
    "batch-image": dict(BATCH, image="start", strength=0.6, scheduler="dpmpp_2m_sde"),
}
# What else is asked for beside a sampler, so that each option meets several of them.
EXTRAS = (
    dict(prompt="a green heart on a white background"),
    dict(prompt="a red circle", negative_prompt="a blue background", seed=2**33 + 1),
    dict(prompt="a pink star", switch_at=0.6),
    dict(prompt="a yellow cross", prompt_2="a black background", negative_prompt="", width=96, height=64),
    dict(prompt="a big 🔵 square", guidance_scale=8.0, guidance_rescale=0.7, width=56, height=88),
    dict(prompt="a white ring", switch_at=0.5, negative_prompt="green", clip_skip=1),
    dict(prompt="a purple hexagon", guidance_scale=1.0),
)


def samplers():
    """Every sampler with each of its sigma schedules and spacings."""
    extras = itertools.cycle(EXTRAS)
    for name in ALGORITHMS:
        for schedule in ("default",) if name in WITHOUT_SIGMA_SCHEDULES else SIGMA_SCHEDULES:
            for spacing in SPACINGS:
                case = dict(seed=7, steps=8, width=64, height=64, **{"scheduler": name, "sigmas": schedule, "spacing": spacing})
                yield f"{name}-{schedule}-{spacing}", {**case, **next(extras)}


def handovers():
    for name in ALGORITHMS:
        yield f"{name}-ensemble", dict(prompt="a green heart on a white background", seed=7, steps=9, width=64, height=64,
                                       scheduler=name, switch_at=0.6)


SMALL = dict(prompt="a blue star on a white background", seed=19, width=64, height=64)
STEPPED = {
    "timesteps-euler": dict(SMALL, timesteps=TIMESTEP_LISTS[0]),
    "timesteps-euler-ensemble": dict(SMALL, timesteps=TIMESTEP_LISTS[0], switch_at=0.7),
    "timesteps-heun-ensemble": dict(SMALL, timesteps=TIMESTEP_LISTS[0], scheduler="heun", switch_at=0.7),
    "timesteps-dpmpp_2m": dict(SMALL, timesteps=TIMESTEP_LISTS[0], scheduler="dpmpp_2m", solver_type="heun"),
    "timesteps-dpmpp_2m_sde-ensemble": dict(
        SMALL, timesteps=TIMESTEP_LISTS[0], scheduler="dpmpp_2m_sde", solver_type="heun", switch_at=0.6),
    "timesteps-dpmpp_3m": dict(SMALL, timesteps=TIMESTEP_LISTS[0], scheduler="dpmpp_3m"),
    "timesteps-lcm": dict(SMALL, timesteps=[999, 759, 499, 259], scheduler="lcm", guidance_scale=1.0),
    "timesteps-ddpm": dict(SMALL, timesteps=TIMESTEP_LISTS[0], scheduler="ddpm"),
    "timesteps-image": dict(SMALL, timesteps=TIMESTEP_LISTS[0], image="start", strength=0.6),
    "timesteps-refined-again": dict(SMALL, timesteps=TIMESTEP_LISTS[0], refiner_strength=0.4, refiner_steps=9),
    "sigmas-euler": dict(SMALL, sigma_list=SIGMA_LISTS[0]),
    "sigmas-euler-ensemble": dict(SMALL, sigma_list=SIGMA_LISTS[0], switch_at=0.7, negative_prompt="a ring"),
    "solver-heun-dpmpp_2m-karras": dict(SMALL, steps=9, scheduler="dpmpp_2m", solver_type="heun", sigmas="karras"),
    "solver-heun-dpmpp_2m_sde": dict(SMALL, steps=9, scheduler="dpmpp_2m_sde", solver_type="heun"),
    "solver-heun-dpmpp_3m": dict(SMALL, steps=9, scheduler="dpmpp_3m", solver_type="heun"),
    "eta-half": dict(SMALL, steps=9, scheduler="ddim", eta=0.5),
    "eta-one-ensemble": dict(SMALL, steps=9, scheduler="ddim", eta=1.0, switch_at=0.7),
    "eta-image": dict(SMALL, steps=9, scheduler="ddim", eta=0.7, image="start", strength=0.6),
}


def requests():
    yield from NAMED.items()
    yield from STEPPED.items()
    yield from ((f"{name}-{i}", {**request, "index": i}) for name, request in BATCHES.items() for i in range(request["num_images"]))
    yield from make_pictures.PICTURES.items()
    yield from make_prompts.PICTURES.items()
    yield from handovers()
    yield from samplers()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", help="draw and print these only, and write nothing but their pictures")
    names = arguments.parse_args().names
    logging.set_verbosity_error()
    torch.set_num_threads(1)  # more of them wait for each other on a busy machine
    base, refiner = reference.base_pipeline(), reference.refiner_pipeline()
    nine = make_pictures.nine_channel_unet()
    for pipeline in (base, refiner):
        pipeline.set_progress_bar_config(disable=True)
    weighted = make_prompts.encoders(base)
    OUT.mkdir(parents=True, exist_ok=True)
    written = []
    for name, request in requests():
        if names and name not in names:
            continue
        texts = make_prompts.texts(weighted, request) if request.get("syntax") == "weighted" else None
        picture, expected = draw(base, refiner, request, texts, nine if request.get("model") == "nine-channels" else None)
        picture.save(OUT / f"{name}.png")
        written.append({"name": name, "request": request, **expected})
        print(name, flush=True)
    if not names:
        write(OUT / "cases.json", written)


if __name__ == "__main__":
    main()
