"""Muon for everything with rows and columns, AdamW for the rest (https://kellerjordan.github.io/posts/muon/).

A step of a weight is its momentum made orthogonal, so that all directions that the gradient names are learned equally fast.
The versions in libraries take one weight after the other, PyTorch's own no convolutions at all; the weights here are small and
many, and this one stacks those of one shape.
"""
import torch

from common import BFLOAT16

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic Newton-Schulz iteration


def orthogonal(stack, steps=5):
    """[count, m, n] with all singular values moved near 1; in bfloat16 where that is fast, as in the post above."""
    flip = stack.shape[1] > stack.shape[2]
    x = stack.mT if flip else stack
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).to(torch.bfloat16 if BFLOAT16 else x.dtype).contiguous()
    a, b, c = COEFFICIENTS
    for _ in range(steps):
        square = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT if flip else x


class Muon(torch.optim.Optimizer):
    """A step has the size that AdamW's would have (0.2 root mean square, as in Moonlight), so that rates can be kept."""

    def __init__(self, parameters, lr, weight_decay=0.01, momentum=0.95, betas=(0.9, 0.99)):
        parameters = list(parameters)
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
        super().__init__([p for p in parameters if min(p.flatten(1).shape if p.ndim > 1 else (0,)) >= 8], defaults)
        chosen = {id(p) for p in self.param_groups[0]["params"]}
        self.rest = torch.optim.AdamW([p for p in parameters if id(p) not in chosen], lr, betas, weight_decay=weight_decay, fused=True)

    def state_dict(self):
        return {"muon": super().state_dict(), "rest": self.rest.state_dict()}

    def load_state_dict(self, state):
        super().load_state_dict(state["muon"])
        self.rest.load_state_dict(state["rest"])

    @torch.no_grad()
    def step(self):
        (group,) = self.param_groups
        lr, momentum = group["lr"], group["momentum"]
        self.rest.param_groups[0]["lr"] = lr
        self.rest.step()
        parameters = group["params"]
        means = [self.state[p].setdefault("mean", torch.zeros_like(p)) for p in parameters]
        gradients = [p.grad for p in parameters]
        torch._foreach_lerp_(means, gradients, 1 - momentum)
        ahead = torch._foreach_lerp(gradients, means, momentum)
        torch._foreach_mul_(parameters, 1 - lr * group["weight_decay"])
        shapes = {}
        for p, update in zip(parameters, ahead):
            shapes.setdefault(p.flatten(1).shape, []).append((p, update.flatten(1)))
        for (m, n), alike in shapes.items():
            steps = orthogonal(torch.stack([update for _, update in alike]))
            for (p, _), step in zip(alike, steps):
                p.sub_(step.reshape(p.shape), alpha=lr * 0.2 * max(m, n) ** 0.5)
