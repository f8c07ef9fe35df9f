package io.headrace.cli.faults.handler;

import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * The handler of every fault test, packed into a plugin. It notes that it runs before it does anything else, and again
 * when it has come to an end, good or bad, each time by one write at the end of a file of its process: a killed process
 * loses no note.
 */
public final class NotingHandler implements JobHandler<NotingHandler.Work> {
    /** The environment variable that names the files, without their endings. */
    public static final String NOTES = "FAULTS_NOTES";

    private final FileOutputStream started = open(".started");
    private final FileOutputStream completed = open(".completed");
    private final FileOutputStream failed = open(".failed");

    /**
     * What a job asks for.
     *
     * @param ms how long it works
     * @param failures how many of its first attempts fail
     * @param deadly whether it takes its worker down with it, after that time
     */
    public record Work(long ms, int failures, boolean deadly) {}

    /** Not a channel: an interrupt would close it. */
    private static FileOutputStream open(String ending) {
        try {
            return new FileOutputStream(System.getenv(NOTES) + ending, true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public JobType type() {
        return new JobType("work");
    }

    @Override
    public Class<Work> payloadType() {
        return Work.class;
    }

    @Override
    public Object run(Work work, JobContext context) throws IOException, InterruptedException {
        note(started, context);
        try {
            work(work, context);
        } catch (InterruptedException | RuntimeException e) {
            note(failed, context);
            throw e;
        }
        note(completed, context);
        return work.ms();
    }

    private static void work(Work work, JobContext context) throws InterruptedException {
        Thread.sleep(work.ms());
        if (work.deadly()) {
            Runtime.getRuntime().halt(137);
        }
        if (context.attempt() <= work.failures()) {
            throw new IllegalStateException("told to fail");
        }
    }

    private static void note(FileOutputStream file, JobContext context) throws IOException {
        String line = context.id() + " " + context.attempt() + " " + System.currentTimeMillis() + "\n";
        file.write(line.getBytes(StandardCharsets.US_ASCII));
    }
}
