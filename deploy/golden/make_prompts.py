"""Makes the golden values of weighted prompts: parts, token windows and embeddings. See README.md.

An own reading of what ComfyUI does with prompts (comfy/sd1_clip.py and comfy/conds.py, as of 2026), on the encoders that
transformers runs.
"""
import json
import math
import random
import re
import sys
from itertools import accumulate
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "worker" / "src" / "test" / "resources" / "golden"
sys.path.insert(0, str(ROOT / "deploy" / "models" / "tiny-sdxl" / "train"))
import reference  # noqa: E402

LONG = ("a big red circle on the left of a small yellow square, a green heart above a blue star, "
        "a white triangle on a pink background, ")
PROMPTS = [
    "", "a red circle", "(red)", "a (red) circle", "a (red:1.3) circle", "((red))", "((red:1.5))", "((red):1.5)",
    "(a (b:0.5) c:2)", "foo ((((lol (cat:666) attack:100)))) baz", "foo ((((lol (cat:666) attack):100))) baz",
    "(red:0)", "(red:-0.5)", "(red:1)", "(red: 1.2 )", "(red:1e-1)", "(red:.5)", "(red:5.)", "(red:+2)",
    "(at:night)", "(16:9:1.2)", "(:1.2)", "(red:)", "(red:1.2.3)", "(red:1,2)", "()", "(())", "(", ")", ")(", "(red", "red)",
    "(red (blue)", "(red (blue:1.2)", "red) (blue)", ")a(b)(c)", "))((a))", "(a))(b)", "((a)", "(a)b)", "((a) (b:1.2) c",
    r"\(red\)", r"(\(red\):1.2)", r"(red\)", r"(red\):1.3)", r"\\(red)", r"\\\(red\)", r"(a\(b:1.2)", "\\", "(a\\", r"(a:1.2\)",
    "(red)(blue)", "(red)dish", "re(d)", " ( red ) ", "(masterpiece:1.2), [x], best!!! (quality)", "wow! (great!:1.4)!",
    "(日本語:1.3)の猫", "(😀👍🏽:0.8)", "x<|endoftext|>(y:1.2)", "(red\nblue\t:1.1)", "a\u00a0(b\u3000:1.2)",
    LONG * 2, LONG * 3 + "(a ring:1.4), " + LONG, "cat " * 75, "cat " * 75 + "(dog)", "cat " * 70 + "(a very big red dog ran:1.2)",
    "cat " * 70 + "(a very big red dog ran off:1.2)", "cat " * 74 + "(supercalifragilisticexpialidocious:1.2)", "(a) " * 90,
    "(" + LONG * 4 + ":0.7)", "(a:1.1)" * 40 + "b" * 300,
]


def parts(prompt):
    """(text, weight) pairs. Brackets behind a backslash are text; the others pair up, or are text too."""
    def groups(text):
        signs = [0] * len(text)
        for match in re.finditer(r"(?<!\\)[()]", text):
            signs[match.start()] = 1 if match.group() == "(" else -1
        depths = list(accumulate(signs))
        cuts = {0, len(text)}
        cuts |= {i for i, sign in enumerate(signs) if sign == 1 and depths[i] == 1}
        cuts |= {i + 1 for i, sign in enumerate(signs) if sign == -1 and depths[i] == 0}
        edges = sorted(cuts)
        return [(text[a:b], b - a > 1 and signs[a] == 1 and signs[b - 1] == -1) for a, b in zip(edges, edges[1:])]

    def read(text, weight):
        for piece, is_group in groups(text):
            if is_group:
                inside = piece[1:-1]
                number = re.fullmatch(r"(.+):\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?)\s*", inside, re.DOTALL | re.IGNORECASE)
                yield from read(number[1], float(number[2])) if number else read(inside, weight * 1.1)
            else:
                yield re.sub(r"\\([()])", r"\1", piece), weight

    return list(read(prompt, 1.0))


def windows(prompt, tokenizer, padding):
    """75 (id, weight) pairs each, between begin and end; parts of fewer than 8 tokens stay together."""
    filled, current = [], []
    for text, weight in parts(prompt):
        pairs = [(i, weight) for i in tokenizer(text).input_ids[1:-1]]
        if len(pairs) < 8 and len(current) + len(pairs) > 75:
            filled.append(current)
            current = []
        current = current + pairs
        while len(current) > 75:
            filled.append(current[:75])
            current = current[75:]
    begin, end = (tokenizer.bos_token_id, 1.0), (tokenizer.eos_token_id, 1.0)
    return [[begin, *w, end] + [(padding, 1.0)] * (75 - len(w)) for w in filled + [current]]


class Encoder:
    """One text encoder. ComfyUI reads words with the first tokenizer for both, so that "!" is a word."""

    def __init__(self, model, tokenizer, padding):
        self.model, self.tokenizer, self.padding = model, tokenizer, padding

    def states(self, pairs, clip_skip):
        with torch.no_grad():
            output = self.model(torch.tensor([[i for i, _ in window] for window in pairs]), output_hidden_states=True)
        return output.hidden_states[-2 - clip_skip], output[0][0]

    def encode(self, prompt, clip_skip):
        """States [windows, 77, size], those of the empty prompt [77, size], and the first window's pooled text."""
        pairs = windows(prompt, self.tokenizer, self.padding)
        states, pooled = self.states(pairs, clip_skip)
        empty = self.states(windows("", self.tokenizer, self.padding), clip_skip)[0][0]
        weights = torch.tensor([[weight for _, weight in window] for window in pairs]).unsqueeze(-1)
        return torch.where(weights == 1, states, empty + (states - empty) * weights), empty, pooled


def row(encoders, prompts, clip_skip):
    """A prompt's windows of all encoders side by side, the empty prompt's windows, and the pooled text of the last encoder."""
    encoded = [encoder.encode(prompt, clip_skip) for encoder, prompt in zip(encoders, prompts)]
    count = max(len(states) for states, _, _ in encoded)
    filled = [torch.cat([states, *[empty[None]] * (count - len(states))]) for states, empty, _ in encoded]
    return torch.cat(filled, -1), torch.cat([empty for _, empty, _ in encoded], -1), encoded[-1][2]


def stretch(states, empty, count):
    if count % len(states) == 0:
        return states.repeat(count // len(states), 1, 1)
    return torch.cat([states, *[empty[None]] * (count - len(states))])


def embeddings(encoders, zeros, prompt, prompt_2=None, negative_prompt=None, negative_prompt_2=None, clip_skip=0):
    """Like encode_prompt of diffusers: positive, negative, pooled, negative pooled."""
    positive, empty, pooled = row(encoders, [prompt, prompt_2 or prompt], clip_skip)
    if negative_prompt is None and zeros:
        negative, negative_empty, negative_pooled = torch.zeros_like(positive), None, torch.zeros_like(pooled)
    else:
        text = negative_prompt or ""
        negative, negative_empty, negative_pooled = row(encoders, [text, negative_prompt_2 or text], 0)
    longer, common = max(len(positive), len(negative)), math.lcm(len(positive), len(negative))
    count = common if common <= 4 * longer else longer
    rows = [stretch(positive, empty, count), stretch(negative, negative_empty, count)]
    return *[r.flatten(0, 1)[None] for r in rows], pooled[None], negative_pooled[None]


TEXTS = [
    dict(prompt="a (big:1.4) red circle on a (yellow:0.6) background"),
    dict(prompt="a (blue star:1.5)", prompt_2="((a white)) background (!:1.3)", negative_prompt="(red:-0.5)", negative_prompt_2="black"),
    dict(prompt="a (green heart)", negative_prompt="", clip_skip=1),
    dict(prompt=LONG * 5 + "(a ring:1.3)"),
    dict(prompt="(" + LONG * 5 + ":1.2)", prompt_2="a (star:2)", negative_prompt="a (ring:1.1)", clip_skip=1),
    dict(prompt="a (star:0)", negative_prompt="(" + LONG * 5 + ":0.9)", negative_prompt_2="red"),
    dict(prompt=LONG * 5 + "a (star)", negative_prompt=LONG * 8),
    dict(prompt=LONG * 16 + "a (star:0.7)", negative_prompt=LONG * 13),
]
PICTURES = {
    "weighted-base": dict(syntax="weighted", prompt="a (big:1.3) red circle on a (yellow:1.2) background", seed=42, steps=12),
    "weighted-long-ensemble": dict(
        syntax="weighted", prompt="a green heart on a (white:1.4) background, " * 9, negative_prompt="(black:1.2)", seed=7, steps=14, switch_at=0.7),
}


def floats(tensor):
    return [float(f"{v:.7g}") for v in tensor.flatten().tolist()]


def write(name, content):
    text = json.dumps(content, indent=1, ensure_ascii=True)
    (OUT / name).write_text(text + "\n")
    print(name, len(text))


def fuzz(count):
    rng = random.Random(77)
    pieces = ["(", ")", "(", ")", "\\", ":", ":1.2", ":-3", ":.5e1", "a", " b", "red circle", ":x", "!", "\n"]
    return ["".join(rng.choice(pieces) for _ in range(rng.randint(1, 24))) for _ in range(count)]


def readings(base):
    """Do not depend on the weights."""
    cases = [{"prompt": p, "parts": parts(p)} for p in PROMPTS + fuzz(1500)]
    write("prompt-parts.json", [[c["prompt"], *[x for part in c["parts"] for x in part]] for c in cases])
    cases = []
    for prompt in PROMPTS:
        case = {"prompt": prompt}
        for key, padding in (("first", 49407), ("second", 0)):
            found = windows(prompt, base.tokenizer, padding)
            case[key] = {"ids": [[i for i, _ in w] for w in found], "weights": [[x for _, x in w] for w in found]}
        cases.append(case)
    text = json.dumps(cases, ensure_ascii=True, separators=(",", ":")).replace('{"prompt"', '\n{"prompt"')
    (OUT / "prompt-windows.json").write_text(text + "\n")


def conditions(models):
    """What the UNets look at: the first numbers of some positions, and the pooled text."""
    cases = []
    for name, (own, zeros) in models.items():
        for text in TEXTS:
            positive, negative, pooled, negative_pooled = embeddings(own, zeros, **text)
            both = torch.cat([negative, positive])
            positions = sorted({0, 1, 3, 4, 40, 76, *range(77 + 5, both.shape[1], 131), both.shape[1] - 1})
            cases.append({"model": name, **text, "shape": list(both.shape), "positions": positions,
                          "embeds": floats(both[:, positions, ::8]), "pooled": floats(torch.cat([negative_pooled, pooled]))})
    write("weighted-embeddings.json", cases)


def encoders(base):
    """The models' encoders, and whether a missing negative prompt is zeros."""
    first = Encoder(base.text_encoder, base.tokenizer, 49407)
    second = Encoder(base.text_encoder_2, base.tokenizer, 0)
    return {"base": ([first, second], True), "refiner": ([second], False)}


def texts(models, request):
    """What a pipeline takes instead of prompts."""
    names = ("prompt_embeds", "negative_prompt_embeds", "pooled_prompt_embeds", "negative_pooled_prompt_embeds")
    prompts = {k: v for k, v in request.items() if "prompt" in k}
    return lambda stage: dict(zip(names, embeddings(*models[stage], **prompts)))


def main():
    torch.set_num_threads(2)
    base = reference.base_pipeline()
    readings(base)
    conditions(encoders(base))


if __name__ == "__main__":
    main()
