package io.headrace.bench.process;

import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.Json;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The handlers of a benchmark's workers, and what they have seen. Thread-safe. */
public final class BenchHandlers {
    /** Does nothing: the type of every job that is only counted. */
    public static final String NOOP = "bench";
    /** Notes how long ago its job was to be sent; see {@link Stamps}. */
    public static final String STAMP = "stamp";
    /** Sleeps for as many milliseconds as its payload says. */
    public static final String SLEEP = "sleep";
    /** Answers {@link Slept#line()}. */
    public static final String SLEEPERS = "sleepers";

    /**
     * What the sleeping handlers have seen.
     *
     * @param most how many slept at one moment
     * @param now how many sleep now
     * @param jobs how many different jobs began
     * @param starts how often a job began
     */
    public record Slept(int most, int now, int jobs, long starts) {
        String line() {
            return most + " " + now + " " + jobs + " " + starts;
        }

        public static Slept parse(String line) {
            String[] parts = line.split(" ", -1);
            return new Slept(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]),
                    Long.parseLong(parts[3]));
        }
    }

    private final Stamps stamps = new Stamps();
    /** The sleepers' figures are guarded by this. */
    private final Set<JobId> slept = new HashSet<>();
    private long starts;
    private int sleeping;
    private int most;

    List<JobHandler<?>> all() {
        return List.of(
                JobHandler.of(NOOP, Json.class, (payload, context) -> null),
                JobHandler.of(STAMP, Json.class, (payload, context) -> {
                    stamps.record(payload.bytes(), System.nanoTime());
                    return null;
                }),
                JobHandler.of(SLEEP, Long.class, this::sleep));
    }

    private @Nullable Object sleep(Long ms, JobContext context) throws InterruptedException {
        begin(context.id());
        try {
            Thread.sleep(ms);
        } finally {
            end();
        }
        return null;
    }

    private synchronized void begin(JobId id) {
        slept.add(id);
        starts++;
        sleeping++;
        most = Math.max(most, sleeping);
    }

    private synchronized void end() {
        sleeping--;
    }

    String answer(String command) {
        return command.equals(SLEEPERS) ? sleepers().line() : stamps.answer(command);
    }

    private synchronized Slept sleepers() {
        return new Slept(most, sleeping, slept.size(), starts);
    }
}
