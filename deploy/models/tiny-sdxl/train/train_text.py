"""Trains both text encoders on text alone: a reader must tell from their states what lies where.

The reader is one cross-attention as in the UNet, from 8 x 8 places to the words, so whatever it can find, the UNet can.
No picture is drawn and no noise hides the answer: binding colours to shapes and understanding places is learnt
in minutes, where the noise alone teaches it in hours. The UNet then trains with the encoders as they are.
"""
import argparse
import random
from pathlib import Path

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import clip_text
import common
import scenes
from layout import COLOURS, NOTHING, labels

GRID, SHAPES = 8, 1 + len(scenes.SHAPES)
KINDS = ["plain", "gradient", "striped"]
OBJECTS = [(shape, colour) for shape in scenes.SHAPES for colour in COLOURS]
SHORT = 32  # tokens: longer than nearly every caption, and twice as fast as all 77 positions


class Reader(nn.Module):
    """Thrown away after the training."""

    def __init__(self, context=common.WIDTH_1 + common.WIDTH_2, width=96, heads=3):
        super().__init__()
        self.heads = heads
        self.places = nn.Parameter(0.5 * torch.randn(GRID * GRID + 1, width))  # the last one reads the whole background
        self.to_q, self.to_k, self.to_v = nn.Linear(width, width, False), nn.Linear(context, width, False), nn.Linear(context, width, False)
        self.to_out = nn.Linear(width, width)
        self.inner = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.norm_q, self.norm_out = nn.LayerNorm(width), nn.LayerNorm(width)
        self.what = nn.Linear(width, SHAPES * len(COLOURS))
        self.background = nn.Linear(width, len(KINDS) + len(COLOURS))
        self.pooled = nn.Linear(common.POOLED, len(OBJECTS) + len(COLOURS))

    def forward(self, context, pooled):
        """(logits [n, 64, shape x colour], of the background, of everything that pooled tells)"""
        q = self.to_q(self.norm_q(self.places)).expand(len(context), -1, -1)
        q, k, v = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (q, self.to_k(context), self.to_v(context)))
        x = self.places + self.to_out(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))
        x = self.norm_out(x + self.inner(x))
        return self.what(x[:, :-1]), self.background(x[:, -1]), self.pooled(pooled)


def place_loss(logits, wanted):
    """Mean -log p(shape, colour) of the cells; where the background is not plain its colour may be any."""
    known = F.log_softmax(logits, -1).unflatten(-1, (SHAPES, len(COLOURS)))
    shape, colour = wanted.flatten(2).unbind(1)
    of_shape = known.gather(2, shape[:, :, None, None].expand(-1, -1, 1, len(COLOURS)))[:, :, 0]
    exact = of_shape.gather(2, colour.clamp(0)[:, :, None])[:, :, 0]
    return -torch.where(colour == NOTHING, of_shape.logsumexp(-1), exact).mean()


def whole_targets(described):
    """Kind of background [n]; its colours [n, 10] and the objects [n, 80] as ones and zeros."""
    kinds = torch.tensor([KINDS.index(s["background_kind"]) for s in described])
    colours, objects = torch.zeros(len(described), len(COLOURS)), torch.zeros(len(described), len(OBJECTS))
    for i, scene in enumerate(described):
        for name in scene["backgrounds"][:1 if scene["background_kind"] == "plain" else 2]:
            colours[i, COLOURS.index(name)] = 1
        for thing in scene["things"]:
            objects[i, OBJECTS.index((thing["shape"], thing["colour"]))] = 1
    return kinds, colours, objects


def batch_of(rng, count):
    described = [scenes.invent(rng) for _ in range(count)]
    texts = [scenes.captions(rng, scene) for scene in described]
    places = np.stack([labels(scene, (128, 128, 0, 0, 128, 128)) for scene in described])
    return described, [t[0] for t in texts], [t[1] for t in texts], torch.from_numpy(places)


@torch.no_grad()
def check(encoders, reader, words, count=400):
    """Per kind of request of evaluate.py, whose words and combinations are new: how many objects are read right.

    An object counts if, of all shapes and colours, its own are the likeliest at its middle.
    """
    import evaluate
    kinds = {"one object": evaluate.single, "two objects": evaluate.pair, "object in prompt": lambda r: evaluate.dual(r, False),
             "object in prompt_2": lambda r: evaluate.dual(r, True)}
    found = {}
    for name, make in kinds.items():
        rng = random.Random(9)
        asked = [make(rng) for _ in range(count)]
        if name == "two objects":  # "and" alone leaves open which is where
            asked = [a for a in asked if any(w in a["prompt"] for w in (" of ", "above", "below", " on the left", " on the right"))]
        ids = words.ids([a["prompt"] for a in asked], [a.get("prompt_2", a["prompt"]) for a in asked])
        context, pooled = clip_text.encode(*encoders, *ids)
        what = reader(context, pooled)[0].softmax(-1).unflatten(-1, (SHAPES, len(COLOURS)))
        hits, backs = [], []
        for a, p in zip(asked, what):
            backs.append(p[:, 0].sum(0).argmax() == COLOURS.index(a["scene"]["backgrounds"][0]))
            for thing in a["scene"]["things"]:
                cell = int(thing["y"] / 16) * GRID + int(thing["x"] / 16)
                at = p[cell] if "place" not in a or a["place"] == thing["place"] else p.mean(0)
                best = at[1:].flatten().argmax().item()
                hits.append(OBJECTS[best] == (thing["shape"], thing["colour"]))
        found[name] = f"{100 * np.mean(hits):.0f} % (background {100 * np.mean(backs):.0f} %)"
    return found


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--run", type=Path, default=Path("run"))
    arguments.add_argument("--minutes", type=float, default=9, help="processor time per core")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--batch", type=int, default=96)
    arguments.add_argument("--rate", type=float, default=2e-3)
    arguments.add_argument("--short", type=float, default=0.7, help="share of the run on the first 32 positions only")
    arguments.add_argument("--seed", type=int, default=3)
    o = arguments.parse_args()
    torch.set_num_threads(o.threads)
    torch.manual_seed(o.seed)
    words = common.Captions(o.run)
    encoders, reader = common.text_encoders(len(words.compact)), Reader()
    modules = {"text_encoder": encoders[0], "text_encoder_2": encoders[1], "reader": reader}
    parameters = [p for m in modules.values() for p in m.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=o.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True)
    average, clock = common.Average(modules, 0.998), common.CpuClock(o.minutes)
    stage = common.Stage(o.run / "text_state.pt", clock, **modules, optimiser=optimiser, average=average)
    rng, kept = random.Random(o.seed + stage.step), []
    random.seed(o.seed + stage.step)
    while stage.running():
        for group in optimiser.param_groups:
            group["lr"] = stage.rate(o.rate, 1.0)
        described, texts_1, texts_2, places = batch_of(rng, o.batch)
        ids = words.ids(texts_1, texts_2, strange=True)
        if clock.done() < o.short:
            # cutting a text must not cut its end mark, from which encoder 2 takes its summary
            ids = [torch.where((x[:, :SHORT] == len(words.compact) - 1).any(1, keepdim=True), x[:, :SHORT],
                               F.pad(x[:, :SHORT - 1], (0, 1), value=len(words.compact) - 1)) for x in ids]
        context, pooled = clip_text.encode(*encoders, *ids)
        what, background, summary = reader(context, pooled)
        kinds, colours, objects = whole_targets(described)
        where = place_loss(what, places)
        kind, colour = background.split([len(KINDS), len(COLOURS)], -1)
        around = F.cross_entropy(kind, kinds) + F.binary_cross_entropy_with_logits(colour, colours)
        summed = F.binary_cross_entropy_with_logits(summary, torch.cat([objects, colours], -1)) * 20
        (where + 0.2 * around + 0.2 * summed).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        average.update()
        kept.append((where.item(), around.item(), summed.item()))
        if stage.step % 200 == 0:
            print(stage.step, clock, *(f"{n} {v:.3f}" for n, v in zip(("places", "background", "pooled"), np.mean(kept, 0))), flush=True)
            kept = []
    for name, values in average.averaged().items():
        modules[name].load_state_dict(values)
    print("finished", stage.step, "steps;", check(encoders, reader, words), flush=True)
    common.write(o.run / "text.pt", {**average.averaged(), "tokens": words.compact.used})


if __name__ == "__main__":
    main()
