package io.atelier.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * What to draw, in diffusers' words. This is the wire form: a null component was not given, and its default is the
 * model's (the worker fills it in before it draws, and the events then echo every effective value).
 *
 * @param prompt            for the first text encoder; for both when {@code prompt2} is null
 * @param width             pixels, a multiple of 8
 * @param height            pixels, a multiple of 8
 * @param numImages         image i is drawn with seed + i
 * @param seed              64 bit; torch's generator uses the low 32
 * @param scheduler         such as {@code euler}; null for the one in the model's folder
 * @param timesteps         training timesteps to stand at, falling, in place of a number of steps
 * @param sigmas            noise levels to go through, falling, the last one included, in place of a number of steps
 * @param solverType        {@code midpoint} or {@code heun}, for DPM-Solver++
 * @param eta               for DDIM: the share of DDPM's noise that each step adds
 * @param originalSize      micro-conditioning: the size that the training picture would have had
 * @param cropTopLeft       micro-conditioning: where the training picture would have been cropped
 * @param clipSkip          how many more layers of the text encoders to leave out, as in diffusers
 * @param image             start picture: {@code s3://BUCKET/KEY}, or a key in the default bucket
 * @param strength          share of the steps that are taken from there on
 * @param maskImage         white where the start picture is drawn anew; named as {@code image} is
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GenerationInput(
        String prompt,
        @JsonProperty("prompt_2") String prompt2,
        String negativePrompt,
        @JsonProperty("negative_prompt_2") String negativePrompt2,
        String promptSyntax,
        Integer width,
        Integer height,
        Integer numImages,
        Integer numInferenceSteps,
        Double guidanceScale,
        Double guidanceRescale,
        Long seed,
        String scheduler,
        String sigmaSchedule,
        String timestepSpacing,
        List<Integer> timesteps,
        List<Double> sigmas,
        String solverType,
        Double eta,
        Size originalSize,
        Offset cropTopLeft,
        Size targetSize,
        Size negativeOriginalSize,
        Offset negativeCropTopLeft,
        Size negativeTargetSize,
        Integer clipSkip,
        Refiner refiner,
        String image,
        Double strength,
        String maskImage) {

    /** Pixels. */
    public record Size(int width, int height) {}

    /** Pixels from the top left corner; negative offsets are allowed. */
    public record Offset(int top, int left) {}

    /**
     * How the refiner takes part.
     *
     * @param mode     {@code none}, {@code ensemble} or {@code image}
     * @param switchAt {@code ensemble}: the share of the schedule that the base model draws
     * @param strength {@code image}: how much of the finished picture is drawn anew
     * @param steps    {@code image}: the length of the refiner's own schedule
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Refiner(
            String mode,
            Double switchAt,
            Double strength,
            Integer steps,
            Double aestheticScore,
            Double negativeAestheticScore) {}
}
