package io.atelier.sdxl.model;

import java.util.List;
import java.util.stream.Stream;

/** The files that make up an optimum export of SDXL, as far as text-to-image needs them. */
public enum ModelLayout {
    BASE(
            List.of(
                    ModelLayout.TOKENIZER_2,
                    ModelLayout.TEXT_ENCODER_2,
                    ModelLayout.TOKENIZER,
                    ModelLayout.TEXT_ENCODER,
                    ModelLayout.VAE_DECODER),
            List.of()),
    /** A refiner reads prompts with the base model's second encoder unless it brings its own. */
    REFINER(List.of(), List.of(ModelLayout.TOKENIZER_2, ModelLayout.TEXT_ENCODER_2));

    public static final String MODEL_INDEX = "model_index.json";
    public static final String SCHEDULER = "scheduler";
    public static final String TOKENIZER = "tokenizer";
    public static final String TOKENIZER_2 = "tokenizer_2";
    public static final String TEXT_ENCODER = "text_encoder";
    public static final String TEXT_ENCODER_2 = "text_encoder_2";
    public static final String UNET = "unet";
    public static final String VAE_DECODER = "vae_decoder";
    /** Only image-to-image needs it; a base model may lack it. */
    public static final String VAE_ENCODER = "vae_encoder";

    private static final List<String> COMMON = List.of(MODEL_INDEX, SCHEDULER, UNET);

    private final List<String> needed;
    private final List<String> optional;

    ModelLayout(List<String> needed, List<String> optional) {
        this.needed = needed;
        this.optional = optional;
    }

    /** The parts that the folder has, or must have; what is in them decides how pictures look. */
    public List<String> parts(ModelFolder folder) {
        return Stream.of(COMMON, needed, optional.stream().filter(folder::has).toList())
                .flatMap(List::stream)
                .toList();
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming the first file that is missing */
    public void requireFiles(ModelFolder folder) {
        for (String part : parts(folder)) {
            filesOf(part).forEach(folder::file);
        }
    }

    private static List<String> filesOf(String part) {
        switch (part) {
            case MODEL_INDEX:
                return List.of(MODEL_INDEX);
            case SCHEDULER:
                return List.of(SCHEDULER + "/scheduler_config.json");
            case TOKENIZER:
            case TOKENIZER_2:
                return List.of(part + "/vocab.json", part + "/merges.txt", part + "/tokenizer_config.json");
            default:
                return List.of(part + "/config.json", part + "/model.onnx");
        }
    }
}
