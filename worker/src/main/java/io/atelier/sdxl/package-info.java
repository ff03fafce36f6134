/**
 * Stable Diffusion XL in plain Java. {@link io.atelier.sdxl.SdxlPipeline#generate} is the story of a picture; each
 * package below is one of its stages. Numbers follow diffusers 0.42 and transformers 5 with PyTorch on the CPU in
 * float32, down to the rounding where that decides a picture: the noise and the tokens are equal bit for bit.
 *
 * <p>Latents and predictions are {@code float[]} of one picture in these packages, so that the mathematics needs no
 * native memory; {@link io.atelier.ort.FloatTensor} is used only at the edge of a graph.
 */
package io.atelier.sdxl;
