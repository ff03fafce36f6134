"""Makes the very small graphs on which the worker's tests check element types, ranks and cancelling.

The exports of the tiny model have float32 edges and a scalar timestep; published ones also have float16 edges, int32
ids, and timesteps that are arrays of int64.
"""
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

OUT = Path(__file__).resolve().parents[2] / "worker" / "src" / "test" / "resources" / "graphs"


def write(name, nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    model.producer_name = "atelier"
    checker.check_model(model)
    OUT.mkdir(parents=True, exist_ok=True)
    save(model, OUT / f"{name}.onnx")


def sum_of_edges(name, sample, timestep, timestep_shape, ids):
    """y = sample + timestep + sum of the ids, in the sample's type."""
    write(name, [
        helper.make_node("Cast", ["timestep"], ["t"], to=sample),
        helper.make_node("Cast", ["input_ids"], ["i"], to=sample),
        helper.make_node("ReduceSum", ["i"], ["total"], keepdims=0),
        helper.make_node("Add", ["sample", "t"], ["a"]),
        helper.make_node("Add", ["a", "total"], ["y"]),
    ], [
        helper.make_tensor_value_info("sample", sample, ["batch", 2]),
        helper.make_tensor_value_info("timestep", timestep, timestep_shape),
        helper.make_tensor_value_info("input_ids", ids, ["batch", "length"]),
    ], [helper.make_tensor_value_info("y", sample, ["batch", 2])])


def endless():
    """Nodes that multiply the matrix `start` a great many times, into `end`, and the constants that they need."""
    size = 256
    body = helper.make_graph(
        [helper.make_node("Identity", ["condition_in"], ["condition_out"]),
         helper.make_node("MatMul", ["x_in", "x_in"], ["square"]),
         helper.make_node("Min", ["square", "x_in"], ["x_out"])],
        "body",
        [helper.make_tensor_value_info("iteration", TensorProto.INT64, []),
         helper.make_tensor_value_info("condition_in", TensorProto.BOOL, []),
         helper.make_tensor_value_info("x_in", TensorProto.FLOAT, [size, size])],
        [helper.make_tensor_value_info("condition_out", TensorProto.BOOL, []),
         helper.make_tensor_value_info("x_out", TensorProto.FLOAT, [size, size])])
    nodes = [helper.make_node("Expand", ["x", "shape"], ["start"]),
             helper.make_node("Loop", ["count", "", "start"], ["y"], body=body)]
    constants = [numpy_helper.from_array(np.array([size, size], dtype=np.int64), "shape"),
                 numpy_helper.from_array(np.array(1_000_000_000, dtype=np.int64), "count")]
    return size, nodes, constants


def slow(name):
    """Long enough to be stopped in the middle."""
    size, nodes, constants = endless()
    write(name, nodes, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
          [helper.make_tensor_value_info("y", TensorProto.FLOAT, [size, size])], constants)


def slow_unet(name):
    """The same behind the inputs and the output of a UNet."""
    _, nodes, constants = endless()

    def edge(edge_name, *shape):
        return helper.make_tensor_value_info(edge_name, TensorProto.FLOAT, shape)

    latents = ("batch_size", 4, "height", "width")
    nodes = [helper.make_node("Reshape", ["timestep", "one"], ["x"]), *nodes,
             helper.make_node("ReduceMax", ["y"], ["largest"], keepdims=0),
             helper.make_node("Add", ["sample", "largest"], ["out_sample"])]
    write(name, nodes,
          [edge("sample", *latents), edge("timestep"), edge("encoder_hidden_states", "batch_size", 77, "width_of_prompt"),
           edge("text_embeds", "batch_size", "width_of_pooled"), edge("time_ids", "batch_size", 6)],
          [edge("out_sample", *latents)],
          [*constants, numpy_helper.from_array(np.array([1], dtype=np.int64), "one")])


if __name__ == "__main__":
    sum_of_edges("current", TensorProto.FLOAT, TensorProto.FLOAT, [], TensorProto.INT64)
    sum_of_edges("legacy", TensorProto.FLOAT, TensorProto.INT64, ["steps"], TensorProto.INT32)
    sum_of_edges("half", TensorProto.FLOAT16, TensorProto.FLOAT16, [], TensorProto.INT64)
    slow("slow")
    slow_unet("slow-unet")
