package io.headrace.cli.server;

import io.headrace.QueueName;
import io.headrace.RetryPolicy;
import io.headrace.broker.Broker;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.redaction.Redactor;
import io.headrace.runtime.UncaughtError;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerBuilder;
import io.headrace.worker.WorkerSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of a worker, in {@code dev} and in {@code worker}. */
final class WorkerOptions {
    @Option(names = {"-q", "--queue"}, paramLabel = "QUEUE", description = {
        "A queue to serve, NAME or NAME=WEIGHT, the weight being its share of the slots;"
                + " default is 'default'. Repeatable."})
    List<String> queues = new ArrayList<>();

    @Option(names = "--slots", paramLabel = "N", description = "How many jobs run at once, 1 to 20000; default 10.")
    @Nullable
    String slots;

    @Option(names = "--lease", paramLabel = "TIME", description = {
        "Jobs of a worker that is silent for so long run elsewhere, 1s to 1h; default 30s."})
    @Nullable
    String lease;

    @Option(names = "--grace", paramLabel = "TIME", description = {
        "How long running jobs may go on after a signal to stop, 0s to 1h; default 25s."})
    @Nullable
    String grace;

    @Option(names = "--timeout", paramLabel = "TIME", description = {
        "How long one attempt may take when its job does not say, 1ms to 7d; default none, 5m for --http."})
    @Nullable
    String timeout;

    EffectiveSettings over(EffectiveSettings settings) {
        return settings
                .flag("--queue", WorkerSettings.QUEUES, queues.isEmpty() ? null : String.join(",", queues))
                .flag("--slots", WorkerSettings.SLOTS, slots)
                .flag("--lease", WorkerSettings.LEASE, lease)
                .flag("--grace", WorkerSettings.GRACE, grace)
                .flag("--timeout", WorkerSettings.TIMEOUT, timeout);
    }

    /** A worker as the settings say, still without handlers. */
    static WorkerBuilder builder(Broker broker, EffectiveSettings settings) {
        WorkerBuilder worker = Worker.builder(broker)
                .strict(settings.get(WorkerSettings.STRICT))
                .slots(settings.get(WorkerSettings.SLOTS))
                .lease(settings.get(WorkerSettings.LEASE))
                .grace(settings.get(WorkerSettings.GRACE))
                .httpTimeout(settings.get(WorkerSettings.HTTP_TIMEOUT))
                .retryPolicy(new RetryPolicy(settings.get(WorkerSettings.MAX_RETRIES), RetryPolicy.DEFAULT.backoff()))
                .redact(settings.get(Redactor.SETTING))
                .onBreakdown(UncaughtError::tell);
        settings.get(WorkerSettings.TIMEOUT).ifPresent(worker::timeout);
        for (Map.Entry<QueueName, Integer> queue : settings.get(WorkerSettings.QUEUES).entrySet()) {
            worker.queue(queue.getKey().value(), queue.getValue());
        }
        return worker;
    }
}
