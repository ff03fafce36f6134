package io.atelier.ort;

import ai.onnxruntime.TensorInfo;

/** The element types that SDXL graphs have at their edges. */
public enum ElementType {
    FLOAT32,
    FLOAT16,
    INT64,
    INT32,
    OTHER;

    static ElementType of(TensorInfo info) {
        switch (info.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
                return FLOAT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
                return FLOAT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
                return INT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
                return INT32;
            default:
                return OTHER;
        }
    }
}
