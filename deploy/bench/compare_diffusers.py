"""Times our pipeline against diffusers (PyTorch) and a plain Python loop on ONNX Runtime, in turns, on one machine.

Same model, threads, steps, size and guidance for all three; the embedded model is the default. Prints the median
milliseconds of a picture and the two ratios. Build first: mvn -Dquick -pl deploy/bench -am package -DskipTests
"""
import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from diffusers import EulerDiscreteScheduler
from transformers import CLIPTokenizer

ROOT = Path(__file__).resolve().parents[2]
TINY = ROOT / "deploy" / "models" / "tiny-sdxl"
TARGET = Path(__file__).resolve().parent / "target"
PROMPT = "a big red circle on a yellow background"


class Ours:
    """A Java process that draws a picture for each line."""

    def __init__(self, o):
        classpath = f"{TARGET / 'atelier-bench.jar'}:{TARGET / 'lib'}/*"
        self.process = subprocess.Popen(
            ["java", "-cp", classpath, "io.atelier.bench.DrawOnDemand", str(o.model), str(o.size), str(o.steps),
             str(o.guidance), str(o.threads)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        assert self.process.stdout.readline().strip() == "ready"

    def __call__(self, seed):
        self.process.stdin.write(f"{seed}\n")
        return float(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Diffusers:
    def __init__(self, o):
        if o.diffusers:
            from diffusers import StableDiffusionXLPipeline
            self.pipeline = StableDiffusionXLPipeline.from_pretrained(o.diffusers, torch_dtype=torch.float32)
        else:
            sys.path.insert(0, str(TINY / "train"))
            import reference
            self.pipeline = reference.base_pipeline()
        self.pipeline.set_progress_bar_config(disable=True)
        self.o = o

    def __call__(self, seed):
        start = time.perf_counter()
        self.pipeline(PROMPT, width=self.o.size, height=self.o.size, num_inference_steps=self.o.steps,
                      guidance_scale=self.o.guidance, generator=torch.Generator().manual_seed(seed))
        return 1000 * (time.perf_counter() - start)

    def close(self):
        pass


class PythonLoop:
    """As short as it can be: float32 graphs with the current signatures, no conversions, buffers made by numpy."""

    def __init__(self, o):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = o.threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # as ours

        def graph(part):
            return onnxruntime.InferenceSession(str(o.model / part / "model.onnx"), options,
                                                providers=["CPUExecutionProvider"])

        self.o, self.unet, self.vae = o, graph("unet"), graph("vae_decoder")
        self.encoders = [graph("text_encoder"), graph("text_encoder_2")]
        self.tokenizers = [CLIPTokenizer.from_pretrained(o.model / t) for t in ("tokenizer", "tokenizer_2")]
        self.scheduler = EulerDiscreteScheduler.from_pretrained(o.model / "scheduler")

    def encode(self):
        states = []
        for tokenizer, encoder in zip(self.tokenizers, self.encoders):
            ids = tokenizer([PROMPT], padding="max_length", max_length=77, truncation=True, return_tensors="np").input_ids
            layers = sum(output.name.startswith("hidden_states.") for output in encoder.get_outputs()) - 2
            names = [f"hidden_states.{layers}"]
            if any(output.name == "text_embeds" for output in encoder.get_outputs()):
                names.append("text_embeds")
            states.append(encoder.run(names, {"input_ids": ids.astype(np.int64)}))
        embeds, pooled = np.concatenate([s[0] for s in states], -1), states[1][1]
        return np.concatenate([np.zeros_like(embeds), embeds]), np.concatenate([np.zeros_like(pooled), pooled])

    def __call__(self, seed):
        start = time.perf_counter()
        o = self.o
        embeds, pooled = self.encode()
        ids = np.tile(np.array([[o.size, o.size, 0, 0, o.size, o.size]], np.float32), (2, 1))
        self.scheduler.set_timesteps(o.steps)
        sigmas, steps = self.scheduler.sigmas.numpy(), self.scheduler.timesteps.numpy().astype(np.float32)
        latents = torch.randn(1, 4, o.size // 8, o.size // 8, generator=torch.Generator().manual_seed(seed)).numpy()
        latents = latents * float(self.scheduler.init_noise_sigma)
        for i, step in enumerate(steps):
            sample = np.repeat(latents / np.sqrt(sigmas[i] ** 2 + 1), 2, 0)
            negative, positive = self.unet.run(None, {"sample": sample, "timestep": np.array(step),
                                                      "encoder_hidden_states": embeds, "text_embeds": pooled,
                                                      "time_ids": ids})[0]
            latents = latents + (sigmas[i + 1] - sigmas[i]) * (negative + o.guidance * (positive - negative))
        picture = self.vae.run(None, {"latent_sample": latents / np.float32(0.13025)})[0]
        (np.clip(picture / 2 + 0.5, 0, 1) * 255).round().astype(np.uint8)
        return 1000 * (time.perf_counter() - start)

    def close(self):
        pass


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--model", type=Path, default=TINY / "base", help="folder of the ONNX export")
    arguments.add_argument("--diffusers", help="folder with the same model for PyTorch; the embedded one's if left out")
    arguments.add_argument("--size", type=int, default=128)
    arguments.add_argument("--steps", type=int, default=20)
    arguments.add_argument("--guidance", type=float, default=5.0)
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--rounds", type=int, default=15)
    o = arguments.parse_args()
    assert o.guidance > 1, "all three draw with guidance"
    torch.set_num_threads(o.threads)
    drawers = {"ours": Ours(o), "diffusers": Diffusers(o), "python loop": PythonLoop(o)}
    times = {name: [] for name in drawers}
    for seed in range(o.rounds + 3):
        for name, draw in drawers.items():
            milliseconds = draw(seed)
            if seed >= 3:  # compiled and warm by then
                times[name].append(milliseconds)
    for draw in drawers.values():
        draw.close()
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        print(f"{name}: median {medians[name]:.1f} ms, fastest {min(values):.1f} ms")
    for other in ("diffusers", "python loop"):
        ratios = [a / b for a, b in zip(times["ours"], times[other])]
        print(f"ours / {other}: {statistics.median(ratios):.3f} (median of rounds), "
              f"{min(times['ours']) / min(times[other]):.3f} (fastest)")


if __name__ == "__main__":
    main()
