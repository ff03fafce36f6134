package io.atelier.local.cli;

import io.atelier.job.Generation;
import io.atelier.job.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** One line that shows how far a picture is; rewritten in place on a terminal, one line a stage elsewhere. */
final class ProgressLine {
    private static final int WIDTH = 30;

    private final PrintStream out;
    private final boolean terminal;
    private final long start = System.nanoTime();
    private String shownStage = "";

    ProgressLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void show(Generation generation) {
        Progress progress = generation.progress();
        String stage = progress == null || generation.status().terminal()
                ? generation.status().wireName()
                : progress.stage();
        if (terminal) {
            out.print("\r\u001b[K" + line(stage, progress));
        } else if (!stage.equals(shownStage)) {
            out.println(line(stage, progress));
        }
        shownStage = stage;
        out.flush();
    }

    void end() {
        if (terminal) {
            out.println();
        }
    }

    /** Before the first step there is nothing to measure, and no bar. */
    private String line(String stage, Progress progress) {
        double seconds = Duration.ofNanos(System.nanoTime() - start).toMillis() / 1000.0;
        if (progress == null || progress.steps() == 0) {
            return String.format(Locale.ROOT, "%-14s %.1f s", stage, seconds);
        }
        int filled = WIDTH * progress.step() / progress.steps();
        return String.format(
                Locale.ROOT,
                "%-14s [%s%s] %d/%d  %.1f s",
                stage,
                "#".repeat(filled),
                ".".repeat(WIDTH - filled),
                progress.step(),
                progress.steps(),
                seconds);
    }
}
