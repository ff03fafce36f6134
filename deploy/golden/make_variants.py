"""Makes tiny SDXL models with the graph signatures found in published exports, and the pictures that diffusers draws.

The weights are random. Every variant is one folder with `base` and perhaps `refiner`, in the layout of an ONNX export
but without tokenizers, which are the embedded model's. The pictures come from diffusers with PyTorch in float32, from
the same numbers; `cases.json` beside them says how they were asked for and what happened on the way.
"""
import argparse
import json
import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import (AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLImg2ImgPipeline,
                       StableDiffusionXLPipeline, UNet2DConditionModel)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "deploy" / "models" / "tiny-sdxl"
OUT = ROOT / "worker" / "src" / "test" / "resources" / "variants"
sys.path.insert(0, str(MODEL / "train"))
import cases  # noqa: E402
import clip_text  # noqa: E402
import export_onnx  # noqa: E402

ROWS = 61  # of the token table: a token's row is its id modulo this, so that the table stays small
TIME_ID_DIM = 8
SMALL = dict(text=(8, 12), channels=(8, 8))
OTHER = dict(text=(12, 20), channels=(4, 8))

VARIANTS = {
    "v-prediction": dict(sizes=SMALL, scheduler=dict(
        prediction_type="v_prediction", rescale_betas_zero_snr=True, timestep_spacing="trailing")),
    "legacy": dict(sizes=SMALL, timestep=torch.int64, ids=(torch.int32, torch.int64), opset=14),
    "stability-2023": dict(sizes=SMALL, timestep=torch.int64, ids=(torch.int32, torch.int32), opset=14, sampling_encoder=True),
    "half": dict(sizes=SMALL, half=True),
    "external-data": dict(sizes=SMALL, external=True),
    "other-sizes": dict(sizes=OTHER, refiner=True, states="hidden_states_{}"),
}
REQUEST = dict(prompt="a big red circle", negative_prompt="a blue star", seed=5, steps=4, guidance_scale=4.0,
               width=64, height=32)
IMAGE_REQUEST = dict(REQUEST, image="start", strength=0.8, steps=6)


class SmallTable(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = torch.nn.Parameter(0.6 * torch.randn(ROWS, width))

    def forward(self, ids):
        return torch.nn.functional.embedding(ids.long() % ROWS, self.weight)

    def full(self):
        return self.weight[torch.arange(clip_text.VOCABULARY) % ROWS]


def text_encoder(width, layers, projection):
    config = dict(hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers, num_attention_heads=2,
                  hidden_act="gelu" if projection else "quick_gelu", projection_dim=width)
    encoder = clip_text.ClipText(1, config, projection)
    encoder.text_model.embeddings.token_embedding = SmallTable(width)
    return encoder, config


def unet_config(sizes, refiner):
    channels = sizes["channels"]
    attention = len(channels) - 1
    return dict(
        sample_size=16, in_channels=4, out_channels=4, layers_per_block=1, block_out_channels=channels,
        down_block_types=("DownBlock2D",) + ("CrossAttnDownBlock2D",) * attention,
        up_block_types=("CrossAttnUpBlock2D",) * attention + ("UpBlock2D",), mid_block_type="UNetMidBlock2DCrossAttn",
        transformer_layers_per_block=1, attention_head_dim=2, use_linear_projection=True, norm_num_groups=4,
        cross_attention_dim=sizes["text"][1] if refiner else sum(sizes["text"]), addition_embed_type="text_time",
        addition_time_embed_dim=TIME_ID_DIM,
        projection_class_embeddings_input_dim=sizes["text"][1] + (5 if refiner else 6) * TIME_ID_DIM)


def random_unet(sizes, refiner):
    """Random, but strong enough in every path that a wrong input shows in the picture."""
    unet = UNet2DConditionModel(**unet_config(sizes, refiner))
    with torch.no_grad():
        for name, weight in unet.named_parameters():
            if "attn2" in name or "add_embedding" in name or "time_emb" in name:
                weight.mul_(3)
        unet.conv_out.weight.mul_(3)
    return unet


def random_vae():
    vae = AutoencoderKL(
        block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
        layers_per_block=1, norm_num_groups=4, latent_channels=4, sample_size=32, scaling_factor=0.13025)
    with torch.no_grad():
        vae.decoder.conv_out.weight.mul_(1.5)
    return vae


# ---------------------------------------------------------------- graphs


class UNetGraph(torch.nn.Module):
    """Older exports take the timestep as an array of whole numbers."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states, text_embeds, time_ids):
        added = {"text_embeds": text_embeds, "time_ids": time_ids}
        return self.unet(sample, timestep, encoder_hidden_states, added_cond_kwargs=added, return_dict=False)[0]


def shorten(model):
    """Numbers instead of paths as the names of inner values and none for nodes: half of such a small file."""
    graph = model.graph
    edges = {v.name for v in (*graph.input, *graph.output)}
    short = {"": ""}
    for node in graph.node:
        node.doc_string = node.name = ""
        del node.metadata_props[:]
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name not in edges:
                    names[i] = short.setdefault(name, f"v{len(short)}")
    for tensor in graph.initializer:
        tensor.name = short.setdefault(tensor.name, f"v{len(short)}")
    del graph.value_info[:]


def export(module, folder, inputs, outputs, dynamic, variant):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(module.eval(), tuple(inputs.values()), str(path), input_names=list(inputs), output_names=outputs,
                          dynamic_axes=dynamic, opset_version=variant.get("opset", 18), dynamo=False)
    model = onnx.load(path)
    assert [i.name for i in model.graph.input] == list(inputs), [i.name for i in model.graph.input]
    if not variant.get("half"):
        export_onnx.halve_weights(model)
    shorten(model)
    onnx.checker.check_model(model)
    if variant.get("external"):
        onnx.save(model, path, save_as_external_data=True, location="model.onnx_data", size_threshold=100)
    else:
        onnx.save(model, path)


def export_text(encoder, folder, number, variant):
    layers = len(encoder.text_model.encoder.layers)
    names = [variant.get("states", "hidden_states.{}").format(i) for i in range(layers + 1)]
    first = ["text_embeds", "last_hidden_state"] if encoder.projection else ["last_hidden_state", "pooler_output"]
    dynamic = {"input_ids": {0: "batch_size", 1: "sequence_length"}}
    for name in first + names:
        dynamic[name] = {0: "batch_size"} if name in ("text_embeds", "pooler_output") else dynamic["input_ids"]
    ids = torch.full((2, 77), 320, dtype=variant.get("ids", (torch.int64, torch.int64))[number])
    ids[:, 5:] = clip_text.END
    export(export_onnx.TextGraph(encoder), folder, {"input_ids": ids}, first + names, dynamic, variant)


def export_unet(unet, folder, time_ids, variant):
    unet.set_default_attn_processor()
    number = torch.float16 if variant.get("half") else torch.float32
    config = unet.config
    pooled = config.projection_class_embeddings_input_dim - time_ids * TIME_ID_DIM
    old = variant.get("timestep") is not None
    # A size that the UNet cannot halve evenly makes the graph accept every other one too.
    inputs = {"sample": torch.randn(2, 4, 18, 22, dtype=number),
              "timestep": torch.tensor([500], dtype=torch.int64) if old else torch.tensor(500.0, dtype=number),
              "encoder_hidden_states": torch.randn(2, 77, config.cross_attention_dim, dtype=number),
              "text_embeds": torch.randn(2, pooled, dtype=number), "time_ids": torch.ones(2, time_ids, dtype=number)}
    dynamic = {"sample": {0: "batch_size", 2: "height", 3: "width"},
               "encoder_hidden_states": {0: "batch_size", 1: "sequence_length"}, "text_embeds": {0: "batch_size"},
               "time_ids": {0: "batch_size"}, "out_sample": {0: "batch_size", 2: "height", 3: "width"}}
    if old:
        dynamic["timestep"] = {0: "steps"}
        dynamic["sample"][1] = "num_channels"
    export(UNetGraph(unet), folder, inputs, ["out_sample"], dynamic, variant)


def export_vae(vae, folder, variant):
    vae.set_default_attn_processor()
    latents = torch.randn(2, 4, 16, 12, dtype=torch.float16 if variant.get("half") else torch.float32)
    export(export_onnx.DecoderGraph(vae), folder, {"latent_sample": latents}, ["sample"],
           {"latent_sample": {0: "batch_size", 2: "latent_height", 3: "latent_width"},
            "sample": {0: "batch_size", 2: "height", 3: "width"}}, variant)


class SamplingEncoderGraph(torch.nn.Module):
    """optimum's exports of before October 2024 draw from the distribution in the graph."""

    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, sample):
        return self.vae.encode(sample).latent_dist.sample()


def export_sampling_encoder(vae, folder, variant):
    export(SamplingEncoderGraph(vae), folder, {"sample": torch.randn(2, 3, 16, 12)}, ["latent_sample"],
           {"sample": {0: "batch_size", 1: "num_channels", 2: "height", 3: "width"},
            "latent_sample": {0: "batch_size", 1: "num_channels_latent", 2: "height_latent", 3: "width_latent"}},
           {**variant, "external": True})  # not so in the published files, but the harder case


# ---------------------------------------------------------------- a whole variant


def scheduler(variant):
    return {**export_onnx.SCHEDULER, **variant.get("scheduler", {})}


def reference_encoder(encoder, config):
    kind = CLIPTextModelWithProjection if encoder.projection else CLIPTextModel
    settings = {k: v for k, v in export_onnx.text_config(config, kind.__name__).items()
                if k not in ("architectures", "model_type", "torch_dtype")}
    model = kind(CLIPTextConfig(**settings))
    state = dict(encoder.state_dict())
    state["text_model.embeddings.token_embedding.weight"] = encoder.text_model.embeddings.token_embedding.full()
    if "text_model.final_layer_norm.weight" not in model.state_dict():  # newer transformers drop the prefix
        state = {k.removeprefix("text_model."): v for k, v in state.items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert not unexpected and all("position_ids" in m for m in missing), (missing, unexpected)
    return model.eval()


def make(name, variant, out):
    torch.manual_seed(0)
    sizes = variant["sizes"]
    encoders = [text_encoder(sizes["text"][0], 2, False), text_encoder(sizes["text"][1], 3, True)]
    unet, vae = random_unet(sizes, False), random_vae()
    refiner = random_unet(sizes, True) if variant.get("refiner") else None
    modules = [e for e, _ in encoders] + [unet, vae] + ([refiner] if refiner else [])
    for module in modules:
        export_onnx.rounded(module)

    drawn, contrasts = draw(name, variant, encoders, unet, vae, refiner)
    half = variant.get("half")
    for folder, graph, is_refiner in ((out / "base", unet, False), (out / "refiner", refiner, True)):
        if graph is None:
            continue
        export_onnx.write_json(folder / "model_index.json", export_onnx.model_index(is_refiner))
        export_onnx.write_json(folder / "scheduler" / "scheduler_config.json", scheduler(variant))
        export_onnx.write_json(folder / "unet" / "config.json", export_onnx.clean(dict(graph.config)))
        export_unet(graph.half() if half else graph, folder / "unet", 5 if is_refiner else 6, variant)
    for number, (part, (encoder, config)) in enumerate(zip(("text_encoder", "text_encoder_2"), encoders)):
        export_text(encoder.half() if half else encoder, out / "base" / part, number, variant)
        export_onnx.write_json(out / "base" / part / "config.json", export_onnx.text_config(config, "CLIPTextModel"))
    export_vae(vae.half() if half else vae, out / "base" / "vae_decoder", variant)
    export_onnx.write_json(out / "base" / "vae_decoder" / "config.json", export_onnx.clean(dict(vae.config)))
    if variant.get("sampling_encoder"):
        export_sampling_encoder(vae, out / "base" / "vae_encoder", variant)
        export_onnx.write_json(out / "base" / "vae_encoder" / "config.json", export_onnx.clean(dict(vae.config)))
    for case, picture in drawn:
        picture.save(out / f"{case['name']}.png")
    cases.write(out / "cases.json", [case for case, _ in drawn])
    size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
    print(f"{name}: {size} bytes; mean difference when told otherwise: {contrasts}", flush=True)


def draw(name, variant, encoders, unet, vae, refiner):
    """The pictures, and by how much one changes when one of its inputs does: none of them may be without effect."""
    first, second = (reference_encoder(*e) for e in encoders)
    tokenizers = [CLIPTokenizer.from_pretrained(MODEL / "base" / t) for t in ("tokenizer", "tokenizer_2")]
    euler = EulerDiscreteScheduler.from_config(scheduler(variant))
    base = StableDiffusionXLPipeline(vae, first, second, *tokenizers, unet, euler, add_watermarker=False)
    refining = refiner and StableDiffusionXLImg2ImgPipeline(
        vae, None, second, None, tokenizers[1], refiner, EulerDiscreteScheduler.from_config(scheduler(variant)),
        requires_aesthetics_score=True, force_zeros_for_empty_prompt=False, add_watermarker=False)
    for pipeline in filter(None, (base, refining)):
        pipeline.set_progress_bar_config(disable=True)

    def run(request, **changes):
        return cases.draw(base, refining, {**request, **changes},
                          pipeline_scheduler=lambda _: EulerDiscreteScheduler.from_config(scheduler(variant)))

    requests = {name: {**REQUEST, **({"switch_at": 0.5} if refiner else {})}}
    if variant.get("sampling_encoder"):
        requests[f"{name}-image"] = IMAGE_REQUEST
    drawn = []
    for case, request in requests.items():
        picture, expected = run(request)
        drawn.append(({"name": case, "request": {**request, "model": name}, **expected}, picture))
    contrasts = {}
    for key, value in (("prompt", "a green heart on yellow"), ("negative_prompt", "black"), ("seed", 6),
                       ("original_size", (512, 256)), ("guidance_scale", 2.0)):
        changed, _ = run(requests[name], **{key: value})
        difference = np.abs(np.asarray(changed, np.int16) - np.asarray(drawn[0][1], np.int16)).mean()
        assert difference > 1, f"{key} hardly changes the picture: {difference}"
        contrasts[key] = round(float(difference), 1)
    return drawn, contrasts


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("names", nargs="*", help="variants to make; all if none is named")
    chosen = arguments.parse_args().names
    torch.set_num_threads(1)
    for name, variant in VARIANTS.items():
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as scratch:
            make(name, variant, Path(scratch) / name)
            shutil.rmtree(OUT / name, ignore_errors=True)
            shutil.copytree(Path(scratch) / name, OUT / name)


if __name__ == "__main__":
    main()
