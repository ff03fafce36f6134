package io.atelier.bench;

import com.sun.management.ThreadMXBean;
import io.atelier.ort.ExecutionSettings;
import io.atelier.ort.FloatTensor;
import io.atelier.ort.OrtRun;
import io.atelier.ort.OrtSessions;
import io.atelier.ort.TensorShape;
import io.atelier.sdxl.ImageSize;
import io.atelier.sdxl.model.ModelFolder;
import io.atelier.sdxl.noise.LatentNoise;
import io.atelier.sdxl.noise.TorchGenerator;
import io.atelier.sdxl.scheduler.Scheduler;
import io.atelier.sdxl.scheduler.SchedulerConfig;
import io.atelier.sdxl.scheduler.Schedulers;
import io.atelier.sdxl.unet.ClassifierFreeGuidance;
import io.atelier.sdxl.unet.Conditioning;
import io.atelier.sdxl.unet.Denoiser;
import io.atelier.sdxl.unet.Inpainting;
import io.atelier.sdxl.unet.LatentPicture;
import io.atelier.sdxl.unet.LatentShape;
import io.atelier.sdxl.unet.StepRange;
import io.atelier.sdxl.unet.UNet;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a denoising step takes beside the UNet, with guidance: milliseconds and bytes allocated, at two sizes. The UNet is a
 * graph that does nothing; its time, mostly the runtime's own, is counted as ours.
 */
public final class HostWork {
    private static final int STEPS = 150;
    private static final int ROUNDS = 12;

    private HostWork() {}

    /** @param args folder with the idle graph, folder with a scheduler_config.json */
    public static void main(String[] args) {
        for (int side : new int[] {512, 1024}) {
            for (double rescale : new double[] {0, 0.7}) {
                measure(Path.of(args[0]), Path.of(args[1]), side, rescale);
            }
        }
    }

    private static void measure(Path graph, Path schedulerFolder, int side, double rescale) {
        LatentShape shape = LatentShape.of(new ImageSize(side, side), 8);
        Scheduler scheduler = Schedulers.create("euler", SchedulerConfig.load(ModelFolder.at(schedulerFolder)), STEPS);
        try (OrtSessions sessions = OrtSessions.create(ExecutionSettings.cpu().withIntraOpThreads(1));
                OrtRun run = sessions.newRun()) {
            UNet unet = UNet.load(ModelFolder.at(graph), 2048, 1280, 6, sessions);
            Denoiser denoiser = new Denoiser(
                    unet.predictor(conditioning(), shape),
                    new ClassifierFreeGuidance(5, rescale),
                    scheduler,
                    StepRange.all(scheduler));
            Clock clock = new Clock();
            for (int round = 0; round < ROUNDS; round++) {
                if (round == ROUNDS / 2) {
                    clock = new Clock(); // compiled by now
                }
                TorchGenerator noise = new TorchGenerator(round);
                float[] latents = LatentNoise.draw(noise, shape.size(), scheduler.initNoiseSigma());
                clock.begin();
                denoiser.denoise(List.of(new LatentPicture(latents, Inpainting.NONE, noise)), clock::tick, run);
            }
            System.out.printf(
                    "latents 2x4x%dx%d, rescale %.1f: median %.3f ms, 90th percentile %.3f ms, %d bytes per step%n",
                    shape.height(),
                    shape.width(),
                    rescale,
                    clock.milliseconds(0.5),
                    clock.milliseconds(0.9),
                    clock.medianBytes());
        }
    }

    private static Conditioning conditioning() {
        return new Conditioning(
                FloatTensor.allocate(TensorShape.of(2, 77, 2048)),
                FloatTensor.allocate(TensorShape.of(2, 1280)),
                FloatTensor.allocate(TensorShape.of(2, 6)));
    }

    /** Time and allocations from step to step, on one thread. */
    private static final class Clock {
        private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        private final List<Long> nanos = new ArrayList<>();
        private final List<Long> bytes = new ArrayList<>();
        private long time;
        private long allocated;

        void begin() {
            allocated = threads.getCurrentThreadAllocatedBytes();
            time = System.nanoTime();
        }

        void tick() {
            nanos.add(System.nanoTime() - time);
            bytes.add(threads.getCurrentThreadAllocatedBytes() - allocated);
            begin();
        }

        double milliseconds(double quantile) {
            Collections.sort(nanos);
            return nanos.get((int) (nanos.size() * quantile)) / 1e6;
        }

        long medianBytes() {
            Collections.sort(bytes);
            return bytes.get(bytes.size() / 2);
        }
    }
}
