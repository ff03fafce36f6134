/**
 * The only package that knows ONNX Runtime's types. What is outside sees graphs with named inputs and outputs
 * ({@link io.atelier.ort.OrtModel}) and tensors in host memory ({@link io.atelier.ort.FloatTensor}); element types,
 * providers, native handles and foreign exceptions end here.
 */
package io.atelier.ort;
