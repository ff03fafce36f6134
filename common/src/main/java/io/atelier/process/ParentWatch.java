package io.atelier.process;

/** Lets a child process end with the one that started it, however that one ended. */
public final class ParentWatch {
    private ParentWatch() {}

    /** Runs {@code action} once, on a thread of its own, when process {@code pid} is gone; at once if it already is. */
    public static void onParentExit(long pid, Runnable action) {
        ProcessHandle.of(pid)
                .map(ProcessHandle::onExit)
                .ifPresentOrElse(exit -> exit.thenRun(action), () -> new Thread(action, "parent-is-gone").start());
    }
}
