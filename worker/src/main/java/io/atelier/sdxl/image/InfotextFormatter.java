package io.atelier.sdxl.image;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.atelier.sdxl.GenerationParameters;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.ModelDescription;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.scheduler.SigmaSchedule;
import io.atelier.sdxl.scheduler.SolverType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Writes down how a picture was made, in the words that Stable Diffusion web interfaces read back from PNG files.
 *
 * @see "AUTOMATIC1111 stable-diffusion-webui modules/processing.py, create_infotext"
 */
public final class InfotextFormatter {
    private static final String DIGEST_PREFIX = "sha256:";
    private static final int SHORT_HASH = 10;

    private InfotextFormatter() {}

    /**
     * @param parameters as asked for; defaults are filled in from the model
     * @param seed       of this picture
     * @param modelName  what the model is called here
     */
    public static String format(GenerationParameters parameters, long seed, ModelDescription model, String modelName) {
        GenerationParameters complete = model.complete(parameters);
        StringBuilder text = new StringBuilder(complete.prompt());
        complete.negativePrompt()
                .filter(negative -> !negative.isEmpty())
                .ifPresent(negative -> text.append("\nNegative prompt: ").append(negative));
        return text.append('\n')
                .append(String.join(", ", settings(complete, seed, model, modelName)))
                .toString();
    }

    private static List<String> settings(
            GenerationParameters parameters, long seed, ModelDescription model, String modelName) {
        List<String> settings = new ArrayList<>();
        add(settings, "Steps", parameters.numInferenceSteps());
        add(settings, "Sampler", sampler(parameters));
        add(settings, "Schedule type", scheduleType(parameters.sigmaSchedule().orElseThrow()));
        add(settings, "CFG scale", number(parameters.guidanceScale()));
        add(settings, "Seed", seed);
        ImageSize size = parameters.size().orElseThrow();
        add(settings, "Size", size.width() + "x" + size.height());
        add(settings, "Model hash", shortHash(model.digest()));
        add(settings, "Model", modelName);
        parameters.start().ifPresent(start -> add(settings, "Denoising strength", number(start.strength())));
        // Web interfaces count from 1, the usual layer.
        parameters.clipSkip().ifPresent(skip -> add(settings, "Clip skip", skip + 1));
        if (parameters.guidanceRescale() > 0) {
            add(settings, "CFG rescale", number(parameters.guidanceRescale()));
        }
        if (parameters.eta() > 0) {
            add(settings, "Eta DDIM", number(parameters.eta()));
        }
        parameters.refinement().orElseThrow().asEnsemble().ifPresent(handover -> {
            add(settings, "Refiner", modelName + " refiner");
            add(settings, "Refiner switch at", number(handover.switchAt()));
        });
        parameters.refinement().orElseThrow().asImage().ifPresent(image -> {
            add(settings, "Refiner", modelName + " refiner");
            add(settings, "Refiner strength", number(image.strength()));
            add(settings, "Refiner steps", image.steps());
        });
        add(settings, "RNG", "CPU");
        add(settings, "Version", "Atelier");
        return settings;
    }

    /** Web interfaces know the solver as a sampler of its own: "DPM++ 2M SDE Heun". */
    private static String sampler(GenerationParameters parameters) {
        String label = Schedulers.label(parameters.scheduler().orElseThrow());
        return parameters.solverType().filter(SolverType.HEUN::equals).isPresent() ? label + " Heun" : label;
    }

    private static void add(List<String> settings, String key, Object value) {
        settings.add(key + ": " + quoted(value.toString()));
    }

    private static String quoted(String value) {
        boolean isPlain = value.chars().noneMatch(c -> c == ',' || c == ':' || c == '\n');
        return isPlain
                ? value
                : '"' + new String(JsonStringEncoder.getInstance().quoteAsString(value)) + '"';
    }

    private static String scheduleType(SigmaSchedule schedule) {
        return schedule == SigmaSchedule.DEFAULT
                ? "Automatic"
                : schedule.name().charAt(0) + schedule.name().substring(1).toLowerCase(Locale.ROOT);
    }

    /** As Python writes it, without a fraction where there is none. */
    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    private static String shortHash(String digest) {
        String hash = digest.substring(DIGEST_PREFIX.length());
        return hash.substring(0, Math.min(SHORT_HASH, hash.length()));
    }
}
