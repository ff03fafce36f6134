"""Makes a graph with a UNet's inputs and output that computes next to nothing: what a step takes with it is our own work."""
from pathlib import Path

from onnx import TensorProto, checker, helper, save

FLOAT = TensorProto.FLOAT
OUT = Path(__file__).resolve().parent / "graphs" / "idle-unet"


def edge(name, shape):
    return helper.make_tensor_value_info(name, FLOAT, shape)


def main():
    latents = ["batch_size", 4, "height", "width"]
    inputs = [edge("sample", latents), edge("timestep", []), edge("encoder_hidden_states", ["batch_size", 77, 2048]),
              edge("text_embeds", ["batch_size", 1280]), edge("time_ids", ["batch_size", 6])]
    # Identity would be folded away with the pinned output; negation is as cheap as a copy.
    graph = helper.make_graph([helper.make_node("Neg", ["sample"], ["out_sample"])], "idle", inputs,
                              [edge("out_sample", latents)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    OUT.mkdir(parents=True, exist_ok=True)
    save(model, OUT / "model.onnx")


if __name__ == "__main__":
    main()
