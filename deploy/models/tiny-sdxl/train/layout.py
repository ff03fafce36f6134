"""A helper of the base's training: from the UNet's inner features it must tell which shape and colour lies where.

The scenes are known, so this costs next to nothing, and it teaches the way from words to places much sooner than the
noise alone. The head is thrown away afterwards; the model is the same as without it.
"""
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import scenes

CELL = 16  # pixels: the features at half the latents' resolution
NOTHING = -100
COLOURS = list(scenes.COLOURS)


def labels(scene, time_ids):
    """int64 [2, height / 16, width / 16]: shape (0 is background, else 1..8) and colour at the middle of each cell."""
    top, left, h, w = time_ids[2:]
    y, x = np.mgrid[CELL // 2:h:CELL, CELL // 2:w:CELL]
    shape = np.zeros(y.shape, np.int64)
    plain = scene["background_kind"] == "plain"
    colour = np.full(y.shape, COLOURS.index(scene["backgrounds"][0]) if plain else NOTHING)
    for thing in scene["things"]:
        inside = scenes.distance(thing, x + left, y + top) < 0
        shape[inside] = 1 + scenes.SHAPES.index(thing["shape"])
        colour[inside] = COLOURS.index(thing["colour"])
    return np.stack([shape, colour])


class LayoutHead(nn.Module):
    """Watches the last transformer at half resolution on the way up."""

    def __init__(self, unet):
        super().__init__()
        watched = unet.up_blocks[1].attentions[-1]
        self.classes = nn.Conv2d(unet.config.block_out_channels[1], 1 + len(scenes.SHAPES) + len(COLOURS), 1)
        self.features = None
        watched.register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.features = output[0]

    def forward(self, wanted):
        """Mean cross entropy of shapes and colours; wanted int64 [batch, 2, height / 16, width / 16]."""
        logits = self.classes(self.features.float())
        shape, colour = logits.split([1 + len(scenes.SHAPES), len(COLOURS)], 1)
        return F.cross_entropy(shape, wanted[:, 0]) + F.cross_entropy(colour, wanted[:, 1], ignore_index=NOTHING)
