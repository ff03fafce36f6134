package io.atelier.sdxl.model;

import java.util.List;
import java.util.stream.Stream;

/** The files that make up an optimum export of SDXL, as far as text-to-image needs them. */
public enum ModelLayout {
    BASE(ModelLayout.TOKENIZER, ModelLayout.TEXT_ENCODER, ModelLayout.VAE_DECODER),
    REFINER();

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

    private static final List<String> COMMON = List.of(SCHEDULER, TOKENIZER_2, TEXT_ENCODER_2, UNET);

    private final List<String> own;

    ModelLayout(String... own) {
        this.own = List.of(own);
    }

    /** All files below these decide how pictures look. */
    public List<String> parts() {
        return Stream.of(List.of(MODEL_INDEX), COMMON, own)
                .flatMap(List::stream)
                .toList();
    }

    /** @throws io.atelier.error.GenerationException MODEL_INVALID naming the first file that is missing */
    public void requireFiles(ModelFolder folder) {
        for (String part : parts()) {
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
