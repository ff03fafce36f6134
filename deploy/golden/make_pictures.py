"""Makes the golden values for pictures that come in (image-to-image, inpainting, tiles, files). See README.md."""
import hashlib
import json
import struct
import sys
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import onnx
import torch
from diffusers import UNet2DConditionModel
from diffusers.utils import load_image
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "deploy" / "models" / "tiny-sdxl"
OUT = ROOT / "worker" / "src" / "test" / "resources" / "pictures"
sys.path.insert(0, str(MODEL / "train"))
import export_onnx  # noqa: E402
import reference  # noqa: E402

COMMON = dict(prompt="a big red circle on a yellow background", seed=42, steps=12)
PICTURES = {
    "image": dict(COMMON, image="start", strength=0.6),
    "image-full-strength": dict(COMMON, image="start", strength=1.0, guidance_scale=1.0),
    "image-odd-size-ensemble": dict(COMMON, image="odd", strength=0.8, switch_at=0.5),
    "image-resized-negative": dict(COMMON, image="odd", strength=0.5, negative_prompt="green", width=96, height=160),
    "inpaint": dict(COMMON, image="start", mask="mask", strength=0.9999),
    "inpaint-half-strength": dict(COMMON, image="start", mask="mask", strength=0.5, guidance_scale=1.0),
    "inpaint-full-strength": dict(COMMON, image="start", mask="mask", strength=1.0),
    "inpaint-resized": dict(COMMON, image="odd", mask="mask", strength=0.8, width=136, height=104),
    "nine-channels": dict(COMMON, model="nine-channels", image="start", mask="mask", strength=0.9999),
    "nine-channels-full-strength": dict(
        COMMON, model="nine-channels", image="odd", mask="mask", strength=1.0, width=112, height=136),
    "refined-image": dict(COMMON, refiner_strength=0.4, refiner_steps=15, aesthetic_score=7.0, negative_aesthetic_score=2.0),
    "refined-image-of-image": dict(COMMON, image="start", strength=0.6, refiner_strength=0.3, refiner_steps=30),
    "tiled": dict(COMMON, width=272, height=200, tiled=True, switch_at=0.8),
    "tiled-image": dict(COMMON, image="odd", strength=0.5, width=200, height=272, tiled=True),
}


def start_pictures():
    """Pictures to begin with; what they show does not matter, only that every channel varies."""
    start = Image.new("RGB", (128, 128), (30, 60, 200))
    draw = ImageDraw.Draw(start)
    draw.ellipse((20, 30, 100, 110), fill=(240, 200, 20))
    draw.rectangle((60, 60, 120, 90), fill=(10, 220, 120))
    y, x = np.mgrid[0:131, 0:150]
    odd = Image.fromarray(np.stack([x * 255 // 149, y * 255 // 130, (x * y) % 256], -1).astype(np.uint8))
    mask = Image.new("L", (100, 90), 0)
    ImageDraw.Draw(mask).ellipse((30, 20, 80, 70), fill=255)
    ImageDraw.Draw(mask).rectangle((5, 5, 15, 80), fill=140)
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 256, (61, 97, 3), dtype=np.uint8))
    for name, picture in dict(start=start, odd=odd, mask=mask, noise=noise).items():
        picture.save(OUT / f"{name}.png")


def nine_channel_unet():
    """Random weights: what is tested is what the UNet is fed with."""
    config = {**reference.settings("base/unet"), "in_channels": 9, "block_out_channels": (16, 24),
              "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
              "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"), "transformer_layers_per_block": 1,
              "attention_head_dim": 2, "layers_per_block": 1, "norm_num_groups": 8}
    torch.manual_seed(9)
    unet = export_onnx.rounded(UNet2DConditionModel(**config))
    folder = OUT / "nine-channel-unet"
    unet.set_default_attn_processor()
    added = reference.settings("base/text_encoder_2")["projection_dim"]
    inputs = {"sample": torch.randn(2, 9, 17, 21), "timestep": torch.tensor(500.0),
              "encoder_hidden_states": torch.randn(2, 77, config["cross_attention_dim"]),
              "text_embeds": torch.randn(2, added), "time_ids": torch.ones(2, 6)}
    batch = {0: "batch_size"}
    dynamic = {"sample": {**batch, 2: "height", 3: "width"}, "encoder_hidden_states": {**batch, 1: "sequence_length"},
               "text_embeds": batch, "time_ids": batch, "out_sample": {**batch, 2: "height", 3: "width"}}
    export_onnx.export(export_onnx.UNetGraph(unet), folder, inputs, ["out_sample"], dynamic)
    onnx.checker.check_model(folder / "model.onnx")
    (folder / "config.json").write_text(json.dumps(dict(unet.config), indent=1, default=str) + "\n")
    return unet


def write(name, content):
    (OUT / name).write_text(json.dumps(content, indent=1) + "\n")


def rgb_hash(picture):
    return hashlib.sha256(np.asarray(picture, dtype=np.uint8).tobytes()).hexdigest()


def resizes():
    """Pillow's Lanczos, to the last bit."""
    source = Image.open(OUT / "noise.png")
    sizes = [(97, 61), (96, 56), (48, 32), (8, 8), (97, 120), (200, 61), (256, 256), (1, 1), (13, 311)]
    cases = [{"width": w, "height": h, "sha256": rgb_hash(source.resize((w, h), Image.Resampling.LANCZOS))} for w, h in sizes]
    for case in cases:
        size = (case["width"], case["height"])
        grey = source.resize(size, Image.Resampling.LANCZOS).convert("L")
        case["grey_sha256"] = rgb_hash(grey)
    write("resizes.json", cases)


def files():
    """Files as users send them, and what diffusers' load_image makes of them."""
    folder = OUT / "files"
    folder.mkdir(parents=True, exist_ok=True)
    small = Image.open(OUT / "odd.png").resize((45, 37))
    alpha = small.convert("RGBA")
    alpha.putalpha(Image.fromarray((np.arange(45 * 37).reshape(37, 45) % 256).astype(np.uint8)))
    palette = small.quantize(16)
    deep = (np.arange(37 * 45 * 3, dtype=np.uint32) * 1039 % 65536).astype(">u2").reshape(37, 45, 3)
    made = {"rgb.png": (small, {}), "alpha.png": (alpha, {}), "grey.png": (small.convert("L"), {}),
            "grey-alpha.png": (alpha.convert("LA"), {}), "palette.png": (palette, {}),
            "palette-transparent.png": (palette, dict(transparency=3)), "bilevel.png": (small.convert("1"), {}),
            "profile.png": (small, dict(icc_profile=srgb_like_profile())), "rgb.jpg": (small, dict(quality=90)),
            "subsampled.jpg": (small, dict(quality=75, subsampling=2)), "grey.jpg": (small.convert("L"), {}),
            "progressive.jpg": (small, dict(progressive=True)), "cmyk.jpg": (small.convert("CMYK"), {}),
            "lossless.webp": (small, dict(lossless=True)), "lossy.webp": (small, dict(quality=80)),
            "alpha.webp": (alpha, dict(lossless=True, exact=True))}
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        made[f"orientation-{orientation}.jpg"] = (small, dict(exif=exif, quality=90))
    exif = Image.Exif()
    exif[0x0112] = 6
    made["orientation-6.png"] = (small, dict(exif=exif))
    made["orientation-6.webp"] = (small, dict(exif=exif, lossless=True))
    for name, (picture, options) in made.items():
        picture.save(folder / name, **options)
    (folder / "deep.png").write_bytes(deep_png(deep))
    expected = {}
    for path in sorted(folder.iterdir()):
        picture = load_image(str(path))
        expected[path.name] = {"width": picture.width, "height": picture.height, "sha256": rgb_hash(picture)}
        if path.suffix == ".jpg" and path.stem != "cmyk":  # decoders may differ by a rounding
            picture.save(OUT / f"decoded-{path.name}.png")
    write("files.json", expected)


def srgb_like_profile():
    from PIL import ImageCms
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = struct.pack(">6H", 2026, 1, 1, 0, 0, 0)  # the time at which it was made
    return bytes(profile)


def deep_png(values):
    """16 bits per channel, which Pillow reads but does not write."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width, _ = values.shape
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    out = BytesIO()
    out.write(b"\x89PNG\r\n\x1a\n")
    out.write(chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)))
    out.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
    return out.getvalue()


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    start_pictures()
    resizes()
    files()
    nine_channel_unet()


if __name__ == "__main__":
    main()
