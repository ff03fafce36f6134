package io.atelier.sdxl.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.atelier.sdxl.TinySdxl;
import io.atelier.sdxl.model.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The configuration that SDXL is published with, and changes to it in diffusers' words. */
final class SchedulerConfigs {
    private static final String FILE = "scheduler_config.json";

    private SchedulerConfigs() {}

    static SchedulerConfig sdxl() {
        return SchedulerConfig.load(ModelFolder.at(TinySdxl.base()).part("scheduler"));
    }

    static SchedulerConfig sdxlWith(JsonNode changes, Path folder) {
        ObjectNode json =
                (ObjectNode) ModelFolder.at(TinySdxl.base()).part("scheduler").json(FILE);
        changes.properties().forEach(e -> json.set(e.getKey(), e.getValue()));
        return load(json, folder);
    }

    static SchedulerConfig load(JsonNode json, Path folder) {
        return loadText(json.toString(), folder);
    }

    static SchedulerConfig loadText(String json, Path folder) {
        try {
            Files.writeString(folder.resolve(FILE), json);
            return SchedulerConfig.load(ModelFolder.at(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
