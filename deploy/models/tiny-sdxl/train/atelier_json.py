"""Writes base/atelier.json: what Atelier asks of this model by default, and how it shows a preview from the latents.

As a program it does so for the weights in weights/; the export does the same for the weights that it writes.
"""
import json
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import scenes

DEFAULTS = {
    "native_size": {"width": 128, "height": 128}, "num_inference_steps": 20, "guidance_scale": 4.0,
    "refiner": {"mode": "ensemble", "switch_at": 0.8}}


@torch.inference_mode()
def latents_and_colours(vae, count=400):
    """Scaled latents [n, 4] of drawn scenes, and the mean colour [n, 3] in -1..1 of the 8 x 8 pixels below each."""
    rng, latents, colours = random.Random(31), [], []
    for _ in range(count):
        picture = scenes.render(scenes.invent_any(rng))
        x = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
        latent = vae.encode(x).latent_dist.mean * vae.config.scaling_factor
        latents.append(latent.flatten(2)[0].T)
        colours.append(F.avg_pool2d(x, 8).flatten(2)[0].T)
    return torch.cat(latents).double().numpy(), torch.cat(colours).double().numpy()


def preview(vae):
    """The linear map from scaled latents to RGB in -1..1 with the least squared error, and that error's square root."""
    latents, colours = latents_and_colours(vae)
    with_one = np.concatenate([latents, np.ones((len(latents), 1))], 1)
    solution = np.linalg.lstsq(with_one, colours, rcond=None)[0]
    error = np.sqrt(((with_one @ solution - colours) ** 2).mean())
    numbers = [[round(float(v), 5) for v in row] for row in solution]
    return {"factors": numbers[:4], "bias": numbers[4]}, error


def one_row_per_line(settings):
    """JSON with two levels of indent, so that a row of the matrix stays a row."""
    def text(value, indent):
        if isinstance(value, dict) and (indent == 0 or "factors" in value):
            inner = " " * (indent + 2)
            return "{\n" + ",\n".join(f"{inner}{json.dumps(k)}: {text(v, indent + 2)}" for k, v in value.items()) + f"\n{' ' * indent}}}"
        if isinstance(value, list) and isinstance(value[0], list):
            inner = " " * (indent + 2)
            return "[\n" + ",\n".join(inner + json.dumps(row) for row in value) + f"\n{' ' * indent}]"
        return json.dumps(value)
    return text(settings, 0) + "\n"


def write(folder, vae):
    factors, error = preview(vae)
    Path(folder, "atelier.json").write_text(one_row_per_line({**DEFAULTS, "preview": factors}))
    print(f"preview factors: root mean square error {127.5 * error:.1f} of 255", flush=True)


if __name__ == "__main__":
    import reference
    torch.set_num_threads(1)
    write(reference.ROOT / "base", reference.vae())
