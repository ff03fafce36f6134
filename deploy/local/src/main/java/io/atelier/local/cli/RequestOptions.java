package io.atelier.local.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.message.Json;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The main inputs of a request. Left out means that the worker's default holds; the gateway checks the values. */
final class RequestOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Parameters(paramLabel = "PROMPT", description = "What to draw")
    private String prompt;

    @Option(names = "--prompt-2", paramLabel = "TEXT", description = "For the second text encoder. Default: the prompt")
    private String prompt2;

    @Option(names = "--negative", paramLabel = "TEXT", description = "What not to draw")
    private String negative;

    @Option(names = "--size", paramLabel = "WxH", description = "Pixels, multiples of 8. Default: the model's own size")
    private String size;

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps. Default: the model's own, else 30")
    private Integer steps;

    @Option(
            names = "--guidance",
            paramLabel = "SCALE",
            description = "Classifier-free guidance. Default: the model's own, else 5")
    private Double guidance;

    @Option(names = "--seed", paramLabel = "N", description = "Default: derived from the id")
    private Long seed;

    @Option(names = "--images", paramLabel = "N", description = "How many pictures, with seed, seed + 1, … Default: 1")
    private Integer images;

    @Option(names = "--no-refiner", description = "Draw with the base model alone")
    private boolean noRefiner;

    @Option(
            names = "--switch-at",
            paramLabel = "SHARE",
            description = "Where the refiner takes over. Default: the model's own, else 0.8")
    private Double switchAt;

    ObjectNode toRequest() {
        ObjectNode request = Json.mapper().createObjectNode();
        ObjectNode input = request.putObject("input").put("prompt", prompt);
        input.put("prompt_2", prompt2)
                .put("negative_prompt", negative)
                .put("num_inference_steps", steps)
                .put("guidance_scale", guidance)
                .put("seed", seed)
                .put("num_images", images);
        putSize(input);
        putRefiner(input);
        return request;
    }

    private void putSize(ObjectNode input) {
        if (size == null) {
            return;
        }
        String[] sides = size.split("[xX×]", -1);
        if (sides.length != 2 || !sides[0].matches("\\d{1,6}") || !sides[1].matches("\\d{1,6}")) {
            throw new ParameterException(spec.commandLine(), "--size must be WIDTHxHEIGHT, such as 128x96: " + size);
        }
        input.put("width", Integer.parseInt(sides[0])).put("height", Integer.parseInt(sides[1]));
    }

    private void putRefiner(ObjectNode input) {
        if (noRefiner && switchAt != null) {
            throw new ParameterException(spec.commandLine(), "--no-refiner and --switch-at exclude each other");
        }
        if (noRefiner) {
            input.putObject("refiner").put("mode", "none");
        } else if (switchAt != null) {
            input.putObject("refiner").put("mode", "ensemble").put("switch_at", switchAt);
        }
    }
}
