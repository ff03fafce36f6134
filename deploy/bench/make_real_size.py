"""Builds ONNX graphs of SDXL's real size with random weights, to measure load, memory and steps without the real ones.

One part after the other, each in a process of its own that frees its memory: PyTorch module, TorchScript export, external
data in one file. The configurations are the published ones of stable-diffusion-xl-base-1.0. Tokenizers and scheduler come
from the embedded model. By the number of parameters, float16 takes 7 GB of disk in the end and 12 GB meanwhile, float32 14 GB
and 24 GB; the export of the UNet needs memory for its weights twice, which is 11 GB in float16 and 21 GB in float32.
"""
import argparse
import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import onnx
import torch

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "deploy" / "models" / "tiny-sdxl" / "base"

UNET = dict(
    sample_size=128, in_channels=4, out_channels=4, block_out_channels=(320, 640, 1280), layers_per_block=2,
    down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), mid_block_type="UNetMidBlock2DCrossAttn",
    transformer_layers_per_block=[1, 2, 10], attention_head_dim=[5, 10, 20], cross_attention_dim=2048,
    use_linear_projection=True, addition_embed_type="text_time", addition_time_embed_dim=256,
    projection_class_embeddings_input_dim=2816)
VAE = dict(
    block_out_channels=(128, 256, 512, 512), down_block_types=("DownEncoderBlock2D",) * 4,
    up_block_types=("UpDecoderBlock2D",) * 4, layers_per_block=2, latent_channels=4, sample_size=1024,
    scaling_factor=0.13025, force_upcast=True)
TEXT = dict(vocab_size=49408, max_position_embeddings=77, bos_token_id=0, eos_token_id=2, pad_token_id=1)
TEXT_1 = dict(TEXT, hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12,
              hidden_act="quick_gelu", projection_dim=768)
TEXT_2 = dict(TEXT, hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=20,
              hidden_act="gelu", projection_dim=1280)


class Calls(torch.nn.Module):
    """A module whose forward is a given function, so that the exporter sees inputs and outputs by position."""

    def __init__(self, module, function):
        super().__init__()
        self.module, self.function = module, function

    def forward(self, *inputs):
        return self.function(self.module, *inputs)


def build(make, number):
    """The weights are drawn in the type that they are stored in: float32 ones never exist beside float16 ones."""
    torch.set_default_dtype(number)
    try:
        return make().eval().requires_grad_(False)
    finally:
        torch.set_default_dtype(torch.float32)


def export(module, function, folder, inputs, outputs, dynamic):
    scratch = folder / "scratch"
    scratch.mkdir(parents=True)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.onnx.export(Calls(module, function), tuple(inputs.values()), str(scratch / "model.onnx"), opset_version=18,
                          input_names=list(inputs), output_names=outputs, dynamic_axes=dynamic, dynamo=False,
                          do_constant_folding=False)
    del module
    model = onnx.load(scratch / "model.onnx")
    onnx.save(model, folder / "model.onnx", save_as_external_data=True, location="model.onnx_data", size_threshold=100)
    shutil.rmtree(scratch)


def unet(folder, number):
    from diffusers import UNet2DConditionModel
    module = build(lambda: UNet2DConditionModel(**UNET), number)
    module.set_default_attn_processor()
    write_config(folder, {k: v for k, v in module.config.items() if not k.startswith("_")})
    inputs = {"sample": torch.randn(2, 4, 16, 24, dtype=number), "timestep": torch.tensor(500.0, dtype=number),
              "encoder_hidden_states": torch.randn(2, 77, 2048, dtype=number),
              "text_embeds": torch.randn(2, 1280, dtype=number), "time_ids": torch.ones(2, 6, dtype=number)}

    def call(m, sample, timestep, states, text_embeds, time_ids):
        added = {"text_embeds": text_embeds, "time_ids": time_ids}
        return m(sample, timestep, states, added_cond_kwargs=added, return_dict=False)[0]

    export(module, call, folder, inputs, ["out_sample"], {
        "sample": {0: "batch_size", 2: "height", 3: "width"}, "encoder_hidden_states": {0: "batch_size", 1: "sequence_length"},
        "text_embeds": {0: "batch_size"}, "time_ids": {0: "batch_size"},
        "out_sample": {0: "batch_size", 2: "height", 3: "width"}})


def vae_decoder(folder, number):
    """Always float32: the published weights overflow in float16."""
    from diffusers import AutoencoderKL
    module = build(lambda: AutoencoderKL(**VAE), torch.float32)
    module.set_default_attn_processor()
    write_config(folder, {k: v for k, v in module.config.items() if not k.startswith("_")})
    export(module, lambda m, latents: m.decode(latents, return_dict=False)[0], folder,
           {"latent_sample": torch.randn(1, 4, 16, 24)}, ["sample"],
           {"latent_sample": {0: "batch_size", 2: "latent_height", 3: "latent_width"},
            "sample": {0: "batch_size", 2: "height", 3: "width"}})


def text_encoder(folder, number, config=TEXT_1, projection=False):
    sys.path.insert(0, str(TINY.parent / "train"))
    import clip_text
    module = build(lambda: clip_text.ClipText(config["vocab_size"], config, projection), number)
    write_config(folder, config)
    outputs = ["text_embeds" if projection else "pooler_output"]
    outputs += [f"hidden_states.{i}" for i in range(config["num_hidden_layers"] + 1)]

    def call(m, ids):
        states, _, pooled = m(ids)
        return (pooled, *states)

    ids = torch.full((1, 77), 49407, dtype=torch.int64)
    export(module, call, folder, {"input_ids": ids}, outputs, {name: {0: "batch_size"} for name in ["input_ids", *outputs]})


def text_encoder_2(folder, number):
    text_encoder(folder, number, TEXT_2, True)


PARTS = {f.__name__: f for f in (text_encoder, text_encoder_2, vae_decoder, unet)}


def write_config(folder, config):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("/tmp/sdxl-real-size"))
    arguments.add_argument("--dtype", choices=("float16", "float32"), default="float16")
    arguments.add_argument("--part", choices=PARTS, help="this part only, in this process")
    o = arguments.parse_args()
    if o.part:
        torch.manual_seed(0)
        PARTS[o.part](o.folder / o.part, getattr(torch, o.dtype))
        return
    o.folder.mkdir(parents=True)
    for name in ("tokenizer", "tokenizer_2", "scheduler"):
        shutil.copytree(TINY / name, o.folder / name)
    shutil.copy(TINY / "model_index.json", o.folder)
    for part in PARTS:
        print(part, flush=True)
        subprocess.run([sys.executable, __file__, str(o.folder), "--dtype", o.dtype, "--part", part], check=True)
    print(f"{sum(f.stat().st_size for f in o.folder.rglob('*') if f.is_file()) / 1e9:.1f} GB in {o.folder}")


if __name__ == "__main__":
    main()
