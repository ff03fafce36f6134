"""How a request for a picture becomes calls of diffusers, and what is kept of them for a comparison stage by stage."""
import json
from pathlib import Path
from unittest import mock

import torch
from diffusers import StableDiffusionXLImg2ImgPipeline, StableDiffusionXLInpaintPipeline
from diffusers.utils import load_image
from transformers import CLIPTokenizer

from make_schedulers import ALGORITHMS, CONFIG, ROOT

RESOURCES = ROOT / "worker" / "src" / "test" / "resources"
OUT = RESOURCES / "golden" / "cases"
PICTURES = RESOURCES / "pictures"
SIGMA_SCHEDULES = {"default": {}, **{s: {f"use_{s}_sigmas": True} for s in ("karras", "exponential", "beta")}}


def sample(tensor, most):
    """Every so-manieth number: a prime one, so that it meets all rows and columns."""
    values = tensor.detach().flatten().tolist()
    stride = max(1, len(values) // most)
    while stride > 1 and any(stride % d == 0 for d in range(2, int(stride ** 0.5) + 1)):
        stride += 1
    return {"size": len(values), "stride": stride, "values": [float(f"{v:.8g}") for v in values[::stride]]}


class Record:
    """What the pipelines did on the way to one picture."""

    def __init__(self):
        self.texts, self.stages = {}, {}

    def call(self, stage, pipeline, **arguments):
        found = self.stages[stage] = {}
        steps = []
        encode, forward, tokenize = pipeline.encode_prompt, pipeline.unet.forward, CLIPTokenizer.__call__

        def encode_prompt(*args, **kwargs):
            positive, negative, pooled, negative_pooled = result = encode(*args, **kwargs)
            guided = negative is not None and pipeline.do_classifier_free_guidance
            found["embeds"] = sample(torch.cat([negative, positive]) if guided else positive, 200)
            found["pooled"] = sample(torch.cat([negative_pooled, pooled]) if guided else pooled, 200)
            return result

        def unet(*args, **kwargs):
            found.setdefault("time_ids", kwargs["added_cond_kwargs"]["time_ids"].tolist())
            return forward(*args, **kwargs)

        def tokenizer(self_, text, **kwargs):
            result = tokenize(self_, text, **kwargs)
            if kwargs.get("padding") == "max_length":
                for one, ids in zip([text] if isinstance(text, str) else text, result.input_ids):
                    self.texts[(Path(self_.name_or_path).name, one)] = torch.as_tensor(ids).flatten().tolist()
            return result

        def after_step(_, step, timestep, kept):
            steps.append(kept["latents"].clone())
            return kept

        with mock.patch.object(pipeline, "encode_prompt", encode_prompt), mock.patch.object(pipeline.unet, "forward", unet), \
                mock.patch.object(CLIPTokenizer, "__call__", tokenizer):
            images = pipeline(**arguments, callback_on_step_end=after_step).images
        found["latents"] = [sample(latents, 200 if i == len(steps) - 1 else 16) for i, latents in enumerate(steps)]
        return images

    def expected(self):
        texts = [{"tokenizer": t, "text": text, "ids": ids} for (t, text), ids in self.texts.items()]
        return {"texts": texts, "stages": self.stages}


def scheduler_of(request):
    cls, fixed = ALGORITHMS[request.get("scheduler", "euler")]
    changes = {"timestep_spacing": request["spacing"]} if "spacing" in request else {}
    if "solver_type" in request:
        changes["solver_type"] = request["solver_type"]
    return cls.from_config({**CONFIG, **fixed, **changes, **SIGMA_SCHEDULES[request.get("sigmas", "default")]})


def turned(size):
    """Sizes are (width, height) in requests, (height, width) in diffusers."""
    return size and tuple(size[::-1])


def draw(base, refiner, request, texts=None, unet=None, pipeline_scheduler=scheduler_of):
    """One picture, and the record of it.

    `texts(stage)` gives embeddings instead of prompts; `unet` replaces the base model's for inpainting.
    """
    record = Record()
    for pipeline in (base, refiner):
        if pipeline is not None:
            pipeline.scheduler = pipeline_scheduler(request)
            (pipeline.vae.enable_tiling if request.get("tiled") else pipeline.vae.disable_tiling)()
    generator = torch.Generator().manual_seed(request["seed"] + request.get("index", 0))
    prompts = {k: request[k] for k in ("prompt", "prompt_2", "negative_prompt", "negative_prompt_2", "clip_skip") if k in request}
    common = dict(
        eta=request.get("eta", 0.0), guidance_scale=request.get("guidance_scale", 5.0), guidance_rescale=request.get("guidance_rescale", 0.0),
        original_size=turned(request.get("original_size")), target_size=turned(request.get("target_size")),
        crops_coords_top_left=tuple(request.get("crop", (0, 0))),
        negative_original_size=turned(request.get("negative_original_size")),
        negative_target_size=turned(request.get("negative_target_size")),
        negative_crops_coords_top_left=tuple(request.get("negative_crop", (0, 0))))

    def call(stage, pipeline, **arguments):
        return record.call(stage, pipeline, **common, **(texts(stage) if texts else prompts), generator=generator, **arguments)

    steps = {k: request[k] for k in ("timesteps", "sigma_list") if k in request} or {"num_inference_steps": request["steps"]}
    steps = {k.replace("sigma_list", "sigmas"): v for k, v in steps.items()}
    first = dict(steps)
    switch_at, refiner_strength = request.get("switch_at"), request.get("refiner_strength")
    if switch_at is not None:
        first.update(denoising_end=switch_at)
    if switch_at is not None or refiner_strength is not None:
        first.update(output_type="latent")
    width, height = request.get("width"), request.get("height")
    size = dict(width=width or 128, height=height or 128)
    if "image" in request:
        result = begun(base, unet or base.unet, request, lambda pipeline, **more: call("base", pipeline, **first, **more), size)
    else:
        result = call("base", base, **first, **size)
    scores = {k: request.get(k, usual) for k, usual in (("aesthetic_score", 6.0), ("negative_aesthetic_score", 2.5))}
    if switch_at is not None:
        result = call("refiner", refiner, **scores, **steps, image=result, denoising_start=switch_at)
    if refiner_strength is not None:
        result = call("refiner", refiner, **scores, num_inference_steps=request["refiner_steps"], image=result,
                      strength=refiner_strength)
    return result[0], record.expected()


def begun(base, unet, request, call, size):
    """Image-to-image or inpainting."""
    parts = dict(vae=base.vae, text_encoder=base.text_encoder, text_encoder_2=base.text_encoder_2, tokenizer=base.tokenizer,
                 tokenizer_2=base.tokenizer_2, unet=unet, scheduler=base.scheduler, force_zeros_for_empty_prompt=True,
                 requires_aesthetics_score=False, add_watermarker=False)
    picture = load_image(str(PICTURES / f"{request['image']}.png"))
    if "mask" in request:
        pipeline = StableDiffusionXLInpaintPipeline(**parts)
        more = dict(mask_image=load_image(str(PICTURES / f"{request['mask']}.png")), **size)
    else:
        pipeline, more = StableDiffusionXLImg2ImgPipeline(**parts), {}
        if "width" in request:  # the pipeline takes no size, so its own processor resizes before
            picture = pipeline.image_processor.resize(picture, request["height"], request["width"])
    pipeline.set_progress_bar_config(disable=True)
    return call(pipeline, image=picture, strength=request["strength"], **more)


def write(path, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    path.write_text(f"[\n{lines}\n]\n")
    print(path.name, len(cases), "cases,", path.stat().st_size, "bytes", flush=True)
