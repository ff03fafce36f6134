package io.atelier.job;

/** Where the gateway answers for a generation. */
public record GenerationUrls(String get, String cancel, String events) {}
