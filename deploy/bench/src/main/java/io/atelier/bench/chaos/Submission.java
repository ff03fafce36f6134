package io.atelier.bench.chaos;

import io.atelier.job.GenerationStatus;
import java.util.EnumSet;
import java.util.Set;

/** One thing that is submitted, and how it may end. */
record Submission(Kind kind, String id, String prompt) {

    enum Kind {
        PLAIN(GenerationStatus.SUCCEEDED),
        /** Sent twice, by both ways. */
        DUPLICATE(GenerationStatus.SUCCEEDED),
        /** The id comes again with another request; which of the two wins is open. */
        CONFLICT(GenerationStatus.SUCCEEDED),
        CANCELLED(GenerationStatus.SUCCEEDED, GenerationStatus.CANCELED),
        /** May end before its time is over. */
        SHORT_LIVED(GenerationStatus.SUCCEEDED, GenerationStatus.EXPIRED),
        /** Its time is over before it begins. */
        TOO_LATE(GenerationStatus.EXPIRED),
        /** Breaks the schema, under a good id. */
        WRONG(GenerationStatus.FAILED),
        /** Names no id. */
        POISON;

        private final Set<GenerationStatus> ends;

        Kind(GenerationStatus... ends) {
            this.ends = ends.length == 0 ? EnumSet.noneOf(GenerationStatus.class) : EnumSet.copyOf(Set.of(ends));
        }

        boolean mayEnd(GenerationStatus status) {
            return ends.contains(status);
        }

        boolean hasId() {
            return this != POISON;
        }
    }

    String body() {
        String extra = switch (kind) {
            case SHORT_LIVED -> ",\"expires_in\":\"PT2S\"";
            case TOO_LATE -> ",\"deadline\":\"2020-01-01T00:00:00Z\"";
            default -> "";
        };
        String input = kind == Kind.WRONG ? "\"width\":7" : "\"width\":64";
        return kind == Kind.POISON
                ? "poison " + prompt
                : "{\"id\":\"" + id + "\",\"input\":{\"prompt\":\"" + prompt + "\"," + input + "}" + extra + "}";
    }
}
