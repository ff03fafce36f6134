"""Makes small pictures of latents with numpy, by the linear maps that are published for it. See README.md."""
import json

import numpy as np

from cases import RESOURCES

SDXL = dict(factors=[[0.3651, 0.4232, 0.4341], [-0.2533, -0.0042, 0.1068], [0.1076, 0.1111, -0.0362], [-0.3165, -0.2492, -0.2188]],
            bias=[0.1084, -0.0175, -0.0011])
OTHER = dict(factors=[[0.5, -0.25, 1.0], [-1.5, 0.0, 0.75], [0.3, 0.2, 0.1], [0.0, 0.6, -0.4]], bias=[0.1, -0.2, 0.3])


def picture(latents, factors, bias):
    """Squares of latents where there are more than 128 on a side."""
    _, height, width = latents.shape
    square = -(-max(height, width) // 128)
    means = np.stack([[latents[:, y:y + square, x:x + square].astype(np.float64).mean((1, 2)) for x in range(0, width, square)]
                      for y in range(0, height, square)])
    rgb = means @ np.array(factors) + np.array(bias)
    return np.rint(np.clip((rgb + 1) / 2, 0, 1) * 255).astype(int)


def main():
    rng = np.random.default_rng(3)
    cases = []
    for name, preview, (height, width) in (("sdxl", SDXL, (3, 5)), ("other", OTHER, (2, 2)), ("squares", SDXL, (3, 131))):
        latents = rng.normal(0, 1.5, (4, height, width)).astype(np.float32)
        rgb = picture(latents, **preview)
        cases.append({"name": name, **preview, "height": height, "width": width,
                      "latents": [float(v) for v in latents.flatten()], "rgb_height": rgb.shape[0], "rgb_width": rgb.shape[1],
                      "rgb": rgb.flatten().tolist()})
    (RESOURCES / "golden" / "previews.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
