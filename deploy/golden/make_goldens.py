"""Makes golden values of tokens, noise, schedules and embeddings with PyTorch, transformers and diffusers. See README.md."""
import hashlib
import json
import sys
from pathlib import Path

import torch
from diffusers import EulerDiscreteScheduler

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "deploy" / "models" / "tiny-sdxl"
OUT = ROOT / "worker" / "src" / "test" / "resources" / "golden"
sys.path.insert(0, str(MODEL / "train"))
import reference  # noqa: E402

TEXTS = [
    "", "a photo of an astronaut riding a horse on mars", "A  Cat\n\tDOG", "don't stop 1234 !!! ...",
    "café naïve Ünïcode", "日本語の猫", "emoji 😀👍🏽", "(masterpiece:1.2), [x]", "“quotes” – dash",
    "x<|endoftext|>y", "<|ENDOFTEXT|> b", "x <|startoftext|>Z", "wow! great", "hello!", "!",
    "no\u00a0break\u3000space", "cafe\u0301 \u0301alone", "ΟΔΟΣ ΣΟΦΟΣ İstanbul", "We'll they're I'm it's 'S",
    "tab\tand\u2028separator \u0000 \u0007 control", "ﬁ ligature ＡＢＣ ½ ² Ⅷ ٣", "&amp; <b>html</b>", "…!?¿", "a" * 60,
    "a red circle, " * 40, " ".join(str(i) for i in range(100)),
]


def write(name, content):
    OUT.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=True)
    (OUT / name).write_text(text + "\n")
    print(name, len(text))


def floats(tensor):
    return [float(v) for v in torch.as_tensor(tensor).flatten().tolist()]


def tokens(base):
    """Ids of both tokenizers, and what diffusers says was cut off."""
    cases = []
    for text in TEXTS:
        case = {"text": text}
        for key, tokenizer in (("first", base.tokenizer), ("second", base.tokenizer_2)):
            ids = tokenizer(text, padding="max_length", max_length=77, truncation=True).input_ids
            whole = tokenizer(text).input_ids
            case[key] = {"ids": ids, "cut": tokenizer.batch_decode([whole[76:-1]])[0] if len(whole) > 77 else None}
        cases.append(case)
    write("tokens.json", cases)


def noise():
    """Two draws in a row from one generator: the first values, and a hash of all bytes."""
    cases = []
    for seed in (0, 1, 42, 123456789, 1234567890123, -1, 4294967338, 2**63 - 1):
        for count in (1, 3, 15, 16, 17, 31, 884, 1000, 65536):
            generator = torch.Generator().manual_seed(seed)
            draws = []
            for _ in range(2):
                values = torch.randn(count, generator=generator)
                draws.append({"first": floats(values[:32]), "sha256": hashlib.sha256(values.numpy().tobytes()).hexdigest()})
            cases.append({"seed": seed, "count": count, "draws": draws})
    write("noise.json", cases)


def scheduler(**changes):
    return EulerDiscreteScheduler.from_config(
        EulerDiscreteScheduler.load_config(MODEL / "base" / "scheduler"), **changes)


SIGMA_SCHEDULES = {"default": {}, **{s: {f"use_{s}_sigmas": True} for s in ("karras", "exponential", "beta")}}


def schedules():
    cases = []

    def add(steps, **changes):
        euler = scheduler(**changes)
        euler.set_timesteps(steps)
        cases.append({"config": changes, "steps": steps, "timesteps": floats(euler.timesteps),
                      "sigmas": floats(euler.sigmas), "init_noise_sigma": float(euler.init_noise_sigma)})

    for spacing in ("leading", "trailing", "linspace"):
        for changes in SIGMA_SCHEDULES.values():
            for steps in (1, 2, 7, 10, 30, 48, 150):
                add(steps, timestep_spacing=spacing, **changes)
    add(10, interpolation_type="log_linear")
    add(10, interpolation_type="log_linear", use_karras_sigmas=True)
    add(10, final_sigmas_type="sigma_min")
    add(10, timestep_spacing="trailing", rescale_betas_zero_snr=True)
    add(10, beta_schedule="linear")
    add(10, beta_schedule="squaredcos_cap_v2")
    add(10, use_karras_sigmas=True, sigma_min=0.1, sigma_max=10.0)
    add(4, num_train_timesteps=5, steps_offset=0, timestep_spacing="linspace", trained_betas=[0.1, 0.2, 0.3, 0.4, 0.5])
    write("schedules.json", cases)


def trajectories():
    """A made-up model, so that only the scheduler is tested."""
    cases = []
    variants = {**SIGMA_SCHEDULES, "trailing": {"timestep_spacing": "trailing"}, "linspace": {"timestep_spacing": "linspace"},
                "v_prediction": {"prediction_type": "v_prediction"}, "sample": {"prediction_type": "sample"}}
    for name, changes in variants.items():
        euler = scheduler(**changes)
        euler.set_timesteps(10)
        x = torch.randn(1, 4, 2, 2, generator=torch.Generator().manual_seed(0)) * euler.init_noise_sigma
        for t in euler.timesteps:
            scaled = euler.scale_model_input(x, t)
            x = euler.step(0.9 * torch.tanh(scaled) + 0.05 * t / 1000, t, x).prev_sample
        cases.append({"name": name, "config": changes, "final": floats(x)})
    write("trajectories.json", cases)


def embeddings(base, refiner):
    """What the UNets look at: the first numbers of some positions, and the pooled text."""
    cases = []
    texts = [dict(prompt="a big red circle on a yellow background"),
             dict(prompt="a blue star", prompt_2="a white background!", negative_prompt="red", negative_prompt_2="black"),
             dict(prompt="a green heart", negative_prompt=""),
             dict(prompt="a green heart", negative_prompt="a ring", clip_skip=1),
             dict(prompt="a red circle, " * 40)]
    for pipeline, name in ((base, "base"), (refiner, "refiner")):
        for text in texts:
            with torch.no_grad():
                positive, negative, pooled, negative_pooled = pipeline.encode_prompt(**text, device="cpu")
            embeds = torch.cat([negative, positive])
            cases.append({"model": name, **text, "shape": list(embeds.shape),
                          "positions": [0, 1, 3, 40, 76], "per_position": embeds.shape[-1],
                          "embeds": floats(embeds[:, [0, 1, 3, 40, 76]]),
                          "pooled": floats(torch.cat([negative_pooled, pooled]))})
    write("embeddings.json", cases)


def main():
    torch.set_num_threads(2)
    base, refiner = reference.base_pipeline(), reference.refiner_pipeline()
    for pipeline in (base, refiner):
        pipeline.set_progress_bar_config(disable=True)
    tokens(base)
    noise()
    schedules()
    trajectories()
    embeddings(base, refiner)


if __name__ == "__main__":
    main()
