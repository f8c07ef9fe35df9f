package io.headrace.worker.handlers;

import io.headrace.JobContext;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A context that keeps what a handler says. */
public record Heard(JobId id, JobType type, Json payload, BlockingQueue<String> said, List<Progress> progresses)
        implements
            JobContext {
    public static Heard of(String type, Json payload) {
        return new Heard(JobId.parse("default_n1763770000123-0"), new JobType(type), payload,
                new LinkedBlockingQueue<>(), new CopyOnWriteArrayList<>());
    }

    @Override
    public int attempt() {
        return 3;
    }

    @Override
    public long fencingToken() {
        return 17;
    }

    @Override
    public Optional<String> traceparent() {
        return Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    }

    @Override
    public Optional<Duration> remaining() {
        return Optional.empty();
    }

    @Override
    public boolean stopping() {
        return false;
    }

    @Override
    public void progress(double fraction, String message) {
        progresses.add(new Progress(fraction, message));
    }

    @Override
    public void log(String line) {
        said.add(line);
    }
}
