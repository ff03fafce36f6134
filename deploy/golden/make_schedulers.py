"""Makes the golden values of all samplers with diffusers' schedulers and a made-up model. See README.md."""
import json
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace

import torch
from diffusers import (
    DDIMScheduler, DDPMScheduler, DPMSolverMultistepScheduler, EulerAncestralDiscreteScheduler, EulerDiscreteScheduler,
    HeunDiscreteScheduler, LCMScheduler, LMSDiscreteScheduler, PNDMScheduler,
    StableDiffusionXLImg2ImgPipeline, UniPCMultistepScheduler)
from diffusers.utils import logging

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "worker" / "src" / "test" / "resources" / "golden"
CONFIG = json.loads((ROOT / "deploy/models/tiny-sdxl/base/scheduler/scheduler_config.json").read_text())
sys.path.insert(0, str(ROOT / "deploy" / "models" / "tiny-sdxl" / "train"))
import reference  # noqa: E402


class LmsFromAnyStep(LMSDiscreteScheduler):
    """diffusers takes coefficients of fourth order also where a refiner has only just begun, which ruins its pictures."""

    def step(self, *args, **kwargs):
        return super().step(*args, order=min(4, len(self.derivatives) + 1), **kwargs)


ALGORITHMS = {
    "euler": (EulerDiscreteScheduler, {}),
    "euler_ancestral": (EulerAncestralDiscreteScheduler, {}),
    "heun": (HeunDiscreteScheduler, {}),
    "dpmpp_2m": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "solver_order": 2}),
    "dpmpp_2m_sde": (DPMSolverMultistepScheduler, {"algorithm_type": "sde-dpmsolver++", "solver_order": 2}),
    "dpmpp_3m": (DPMSolverMultistepScheduler, {"algorithm_type": "dpmsolver++", "solver_order": 3}),
    "ddim": (DDIMScheduler, {}),
    "unipc": (UniPCMultistepScheduler, {}),
    "lcm": (LCMScheduler, {}),
    "lms": (LmsFromAnyStep, {}),
    "pndm": (PNDMScheduler, {}),
    "ddpm": (DDPMScheduler, {}),
}
WITHOUT_SIGMA_SCHEDULES = ("euler_ancestral", "ddim", "lcm", "pndm", "ddpm")
SPACINGS = ("leading", "trailing", "linspace")
STEPS = (1, 2, 5, 20, 50)


def slice_of(values):
    """The ends and some of the middle; the test knows which."""
    values = torch.as_tensor(values, dtype=torch.float32).flatten().tolist()
    if len(values) > 6:
        middle = len(values) // 2
        values = values[:2] + values[middle - 1:middle + 1] + values[-2:]
    return [float(f"{v:.9g}") for v in values]


def model(sample, t):
    """Cheap, and the same in any language: nothing that a library would have to approximate."""
    return 0.9 * (sample / (1 + sample.abs())) + t.to(torch.float32) / 20000


# Steps as requests list them: the published "align your steps" of SDXL (Sabour et al. 2024), and irregular ones.
TIMESTEP_LISTS = ([999, 845, 730, 587, 443, 310, 193, 116, 53, 13], [900, 620, 500, 20, 0], [700])
SIGMA_LISTS = ([14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.0], [20.0, 7.5, 0.6, 0.1], [3.0, 0.0])
TAKE_TIMESTEPS = ("euler", "heun", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m", "lcm", "ddpm")


def scheduler_of(name, config, steps):
    """`steps` is a number, or what set_timesteps takes instead of one."""
    cls, fixed = ALGORITHMS[name]
    scheduler = cls.from_config({**config, **fixed})
    scheduler.set_timesteps(**(steps if isinstance(steps, dict) else {"num_inference_steps": steps}))
    return scheduler


def run(name, config, steps, begin=0, **step_arguments):
    """The denoising loop of the pipelines; with begin > 0 that of image-to-image."""
    scheduler = scheduler_of(name, config, steps)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 4, 2, 2, generator=generator) * scheduler.init_noise_sigma
    timesteps = scheduler.timesteps[begin:]
    case = {"calls": len(scheduler.timesteps), "timesteps": slice_of(scheduler.timesteps),
            "init_noise_sigma": float(scheduler.init_noise_sigma)}
    if hasattr(scheduler, "sigmas"):
        case["sigmas"] = slice_of(scheduler.sigmas)
    if begin:
        noise = torch.randn(1, 4, 2, 2, generator=generator)
        x = scheduler.add_noise(torch.linspace(-1, 1, 16).reshape(1, 4, 2, 2), noise, timesteps[:1])
        case["noisy"] = slice_of(x)
    case["final"] = slice_of(denoise(name, scheduler, timesteps, x, generator, **step_arguments))
    return case


def denoise(name, scheduler, timesteps, x, generator, **step_arguments):
    if name in ("euler_ancestral", "dpmpp_2m_sde", "ddim", "lcm", "ddpm"):
        step_arguments["generator"] = generator
    for t in timesteps:
        x = scheduler.step(model(scheduler.scale_model_input(x, t), t), t, x, **step_arguments).prev_sample
    return x


def run_handover(name, config, steps, switch_at):
    """A base model with denoising_end, then a refiner with denoising_start."""
    base, refiner = scheduler_of(name, config, steps), scheduler_of(name, config, steps)
    if hasattr(base, "set_begin_index"):
        base.set_begin_index(0)
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(1, 4, 2, 2, generator=generator) * base.init_noise_sigma
    cutoff = int(round(1000 - switch_at * 1000))
    first = [t for t in base.timesteps if t >= cutoff]  # as pipeline_stable_diffusion_xl.py, 8.1
    x = denoise(name, base, first, x, generator)
    second, _ = StableDiffusionXLImg2ImgPipeline.get_timesteps(
        SimpleNamespace(scheduler=refiner), steps, None, "cpu", denoising_start=switch_at)
    x = denoise(name, refiner, second, x, generator)
    return {"calls": [len(first), len(second)], "final": slice_of(x)}


CASES = []
HANDOVERS = []


def add(name, steps, changes, begin=0, missing=(), **step_arguments):
    config = {k: v for k, v in {**CONFIG, **changes}.items() if k not in missing}
    listed = {f"{key}_given": values for key, values in steps.items()} if isinstance(steps, dict) else {"steps": steps}
    case = {"scheduler": name, **listed, "config": changes}
    case.update({"begin": begin} if begin else {}, **({"missing": list(missing)} if missing else {}), **step_arguments)
    case.update(run(name, config, steps, begin, **step_arguments))
    if "prediction_type" in changes:  # nothing new in them
        del case["timesteps"]
        case.pop("sigmas", None)
    assert all(abs(v) < 1e6 for v in case["final"]), case
    CASES.append(case)


def all_combinations():
    for name in ALGORITHMS:
        schedules = ("default",) if name in WITHOUT_SIGMA_SCHEDULES else ("default", "karras", "exponential", "beta")
        for schedule in schedules:
            for spacing in SPACINGS:
                for prediction in ("epsilon", "v_prediction"):
                    for steps in STEPS:
                        changes = {"timestep_spacing": spacing}
                        if schedule != "default":
                            changes[f"use_{schedule}_sigmas"] = True
                        if prediction != "epsilon":
                            changes["prediction_type"] = prediction
                        add(name, steps, changes)


def settings():
    """What scheduler_config.json can say beyond that, and what holds where it says nothing."""
    class_defaults = ("beta_start", "beta_end", "beta_schedule", "timestep_spacing", "clip_sample", "set_alpha_to_one")
    for name in ALGORITHMS:
        add(name, 12, {}, missing=class_defaults)
        if name not in ("euler_ancestral", "pndm"):
            add(name, 10, {"prediction_type": "sample"})
        add(name, 10, {"prediction_type": "v_prediction", "timestep_spacing": "trailing", "rescale_betas_zero_snr": True})
        add(name, 10, {"use_karras_sigmas": True, "final_sigmas_type": "sigma_min", "interpolation_type": "log_linear"})
        for begin in (1, 4, 8):
            add(name, 10, {}, begin=2 * begin if name == "heun" else begin)
        if name == "heun":
            add(name, 10, {}, begin=14)
    for name in ("dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m"):
        for steps in (6, 20):
            add(name, steps, {"solver_type": "heun"})
            add(name, steps, {"solver_type": "bh2"})
            add(name, steps, {"euler_at_final": True})
            add(name, steps, {"lower_order_final": False})
            add(name, steps, {"final_sigmas_type": "sigma_min"})
            add(name, steps, {"final_sigmas_type": "sigma_min", "lower_order_final": False})
            add(name, steps, {"use_lu_lambdas": True})
            add(name, steps, {"use_lu_lambdas": True, "use_exponential_sigmas": True})
            add(name, steps, {"use_karras_sigmas": True, "sigma_min": 0.1, "sigma_max": 10.0})
            add(name, steps, {"use_karras_sigmas": True, "beta_schedule": "squaredcos_cap_v2"})
    for steps in (6, 20):
        for order in (1, 2, 3):
            for solver in ("bh1", "bh2", "midpoint"):
                # bh1 divides zero by zero where the last noise level is zero
                add("unipc", steps, {"solver_order": order, "solver_type": solver, "final_sigmas_type": "sigma_min"})
            add("unipc", steps, {"solver_order": order})
        add("unipc", steps, {"disable_corrector": [0, 2]})
        add("unipc", steps, {"final_sigmas_type": "sigma_min", "lower_order_final": False})
        add("unipc", steps, {"use_karras_sigmas": True, "final_sigmas_type": "sigma_min"})
        for eta in (0.5, 1.0):
            add("ddim", steps, {}, eta=eta)
        add("ddim", steps, {"set_alpha_to_one": True})
        add("ddim", steps, {"clip_sample": True, "clip_sample_range": 0.7})
        add("pndm", steps, {"set_alpha_to_one": True})
        for variance in ("fixed_small_log", "fixed_large"):
            add("ddpm", steps, {"variance_type": variance})
    add("lcm", 8, {"original_inference_steps": 40, "timestep_scaling": 0.01})
    for name in ("ddim", "dpmpp_2m", "euler", "unipc", "ddpm"):
        for spacing in SPACINGS:
            for steps in (7, 30, 48, 150):
                add(name, steps, {"timestep_spacing": spacing})


def lists():
    """Steps that a request lists, in place of a number of them."""
    for name in TAKE_TIMESTEPS:
        for timesteps in TIMESTEP_LISTS:
            add(name, {"timesteps": timesteps}, {})
            add(name, {"timesteps": timesteps}, {"timestep_spacing": "trailing", "prediction_type": "v_prediction"})
            if name != "heun":
                add(name, {"timesteps": timesteps}, {}, begin=len(timesteps) // 2)
    for name in ("dpmpp_2m", "dpmpp_2m_sde", "dpmpp_3m"):
        for timesteps in TIMESTEP_LISTS:
            add(name, {"timesteps": timesteps}, {"solver_type": "heun"})
    for sigmas in SIGMA_LISTS:
        for spacing in SPACINGS:
            add("euler", {"sigmas": sigmas}, {"timestep_spacing": spacing})
        add("euler", {"sigmas": sigmas}, {"use_karras_sigmas": True})
        add("euler", {"sigmas": sigmas}, {"prediction_type": "v_prediction"}, begin=(len(sigmas) - 1) // 2)


def handovers():
    for name in ALGORITHMS:
        for steps in (10, 25, 30):
            for switch_at in (0.5, 0.8):
                for schedule in ({},) if name in WITHOUT_SIGMA_SCHEDULES else ({}, {"use_karras_sigmas": True}):
                    case = {"scheduler": name, "steps": steps, "config": schedule, "switch_at": switch_at}
                    HANDOVERS.append({**case, **run_handover(name, {**CONFIG, **schedule}, steps, switch_at)})


def write(path, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")
    print(path.name, len(cases), "cases")


def main():
    warnings.filterwarnings("ignore")
    logging.set_verbosity_error()
    torch.set_num_threads(1)
    handovers()
    write(OUT / "handovers.json", HANDOVERS)
    all_combinations()
    settings()
    lists()
    write(OUT / "schedulers.json", CASES)


if __name__ == "__main__":
    main()
