package io.atelier.ort;

import ai.onnxruntime.OnnxTensor;
import java.util.ArrayList;
import java.util.List;

/** The native tensors of one run, closed together even when making one of them fails. */
final class NativeTensors implements AutoCloseable {
    private final List<OnnxTensor> tensors = new ArrayList<>();

    OnnxTensor keep(OnnxTensor tensor) {
        tensors.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        tensors.forEach(OnnxTensor::close);
    }
}
