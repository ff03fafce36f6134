"""Reads a picture: colours, shapes and places of its objects, and how crisp its edges are.

A picture is split into background and objects by colour; an object's outline is compared with the eight ideal ones.
Run as a program it measures itself, on drawn scenes that are right by construction and on distorted copies of them.
"""
import io
import random
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy import ndimage

import scenes

PALETTE = np.array(list(scenes.COLOURS.values()), float)
NAMES = list(scenes.COLOURS)


class Seen(NamedTuple):
    colour: str
    shape: str
    x: float  # centre, 0 left to 1 right
    y: float  # 0 top to 1 bottom


def colour_name(colour):
    """The palette colour of the nearest hue, or the nearest grey, robust to shading."""
    def features(c):
        c = np.asarray(c, float) / 255
        light = c.mean(-1, keepdims=True)
        return np.concatenate([(c - light) * 1.6, light * 0.8], -1)
    return NAMES[int(np.argmin(((features(PALETTE) - features(colour)) ** 2).sum(-1)))]


def outline(mask, grid=48):
    """The mask moved to its centre and scaled by its spread, on a small grid."""
    y, x = np.nonzero(mask)
    cy, cx = y.mean(), x.mean()
    spread = max(1.0, np.sqrt(((y - cy) ** 2 + (x - cx) ** 2).mean()))
    u = (np.arange(grid) + 0.5) / grid * 2 - 1
    yy, xx = np.meshgrid(u * 2.4 * spread + cy, u * 2.4 * spread + cx, indexing="ij")
    return ndimage.map_coordinates(mask.astype(float), [yy, xx], order=1)


def ideal_outlines():
    ideal = []
    axis = np.linspace(-1.6, 1.6, 200)
    for name, field in scenes.FIELDS.items():
        scale = (field.shape[0] - 1) / (2 * 1.7)
        yy, xx = np.meshgrid((axis + 1.7) * scale, (axis + 1.7) * scale, indexing="ij")
        ideal.append((name, outline(ndimage.map_coordinates(field, [yy, xx], order=1) < 0)))
    return ideal


IDEAL = ideal_outlines()


def shape_name(mask):
    seen = outline(mask)
    return max(IDEAL, key=lambda s: np.minimum(seen, s[1]).sum() / np.maximum(seen, s[1]).sum())[0]


def split(picture, most):
    """The background's colour, and up to `most` (colour, mask) of objects, the most striking first."""
    p = picture.astype(float)
    border = np.concatenate([p[:4].reshape(-1, 3), p[-4:].reshape(-1, 3), p[:, :4].reshape(-1, 3), p[:, -4:].reshape(-1, 3)])
    back = np.median(border, 0)
    distance = np.sqrt(((p - back) ** 2).sum(-1))
    objects, free = [], np.ones(distance.shape, bool)
    while len(objects) < most:
        # half of the greatest contrast still free leaves out the shadows
        far = free & (distance > max(45.0, 0.5 * np.percentile(distance[free], 99)))
        labels, count = ndimage.label(ndimage.binary_opening(far, iterations=1))
        if count == 0:
            break
        blob = labels == 1 + np.argmax(ndimage.sum_labels(far, labels, range(1, count + 1)))
        core = ndimage.binary_erosion(blob, iterations=2)
        colour = np.median(p[core if core.sum() > 10 else blob], 0)
        closer = ((p - colour) ** 2).sum(-1) < ((p - back) ** 2).sum(-1)
        for _, other in objects:
            closer &= ~other
        parts, _ = ndimage.label(closer)
        ours = parts == np.bincount(parts[blob & closer]).argmax() if (blob & closer).any() else blob
        objects.append((colour, ours))
        free &= ndimage.distance_transform_edt(~ours) > 3 + 0.25 * np.sqrt(ours.sum() / np.pi)  # its shadow too
        if free.sum() < 100:
            break
    return back, objects


def read(picture, most=1):
    """(background colour, objects seen) of a picture on a plain background."""
    back, objects = split(picture, most)
    h, w, _ = picture.shape
    seen = []
    for colour, mask in objects:
        y, x = np.nonzero(mask)
        seen.append(Seen(colour_name(colour), shape_name(mask), x.mean() / w, y.mean() / h))
    return colour_name(back), seen


def edge_width(picture):
    """Mean width in pixels of the passage from background to object: less is crisper. None without an object.

    Every pixel lies somewhere between background (0) and object colour (1); those from 0.25 to 0.75, near the outline,
    are counted and divided by the outline's length. A perfectly linear ramp of n pixels measures n / 2.
    """
    back, objects = split(picture, 1)
    if not objects:
        return None
    colour, mask = objects[0]
    way = colour - back
    share = ((picture - back) @ way) / (way @ way)
    edge = mask & ~ndimage.binary_erosion(mask)
    near = ndimage.distance_transform_edt(~edge) <= 4
    return (near & (share > 0.25) & (share < 0.75)).sum() / edge.sum()


DISTORTIONS = {
    "drawn": lambda p, rng: p,
    "blurred, 1 pixel": lambda p, rng: ndimage.gaussian_filter(p.astype(float), (1, 1, 0)).astype(np.uint8),
    "noisy, 10 of 255": lambda p, rng: np.clip(p + rng.normal(0, 10, p.shape), 0, 255).astype(np.uint8),
    "half size and back": lambda p, rng: np.asarray(
        Image.fromarray(p).resize((p.shape[1] // 2, p.shape[0] // 2), Image.BOX).resize(p.shape[1::-1], Image.BICUBIC)),
    "JPEG, quality 30": lambda p, rng: jpeg(p, 30),
    "outline waved by 1.5 pixels": lambda p, rng: waved(p, 1.5, rng),
}


def jpeg(picture, quality):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "jpeg", quality=quality)
    return np.asarray(Image.open(file))


def waved(picture, amount, rng):
    h, w, _ = picture.shape
    shift = [ndimage.gaussian_filter(rng.normal(size=(h, w)), 6) for _ in range(2)]
    y, x = np.mgrid[0:h, 0:w] + np.stack([s / s.std() * amount / 1.5 for s in shift])
    return np.stack([ndimage.map_coordinates(picture[..., c], [y, x], order=1, mode="nearest") for c in range(3)], -1)


def check(count):
    """For each distortion the percentage read right: one object, two objects; and the mean edge width."""
    rng, numbers = random.Random(4), np.random.default_rng(4)
    drawn = []
    while len(drawn) < count:
        scene = scenes.invent_any(rng)
        if scene["background_kind"] == "plain":
            drawn.append((scene, scenes.render(scene)))
    rows = {}
    for name, distort in DISTORTIONS.items():
        right, widths = {1: [], 2: []}, []
        for scene, picture in drawn:
            things = scene["things"]
            picture = distort(picture, numbers)
            back, seen = read(picture, len(things))
            wanted = sorted((t["colour"], t["shape"]) for t in things)
            right[len(things)].append(back == scene["backgrounds"][0] and sorted(s[:2] for s in seen) == wanted)
            widths.append(edge_width(picture))
        rows[name] = 100 * np.mean(right[1]), 100 * np.mean(right[2]), np.mean([w for w in widths if w is not None])
    return rows


if __name__ == "__main__":
    for name, (one, two, width) in check(600).items():
        print(f"| {name} | {one:.1f} | {two:.1f} | {width:.2f} |", flush=True)
