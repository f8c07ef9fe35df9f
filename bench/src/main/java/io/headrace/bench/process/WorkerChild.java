package io.headrace.bench.process;

import io.headrace.JobHandler;
import io.headrace.QueueName;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.worker.Worker;
import io.headrace.worker.WorkerBuilder;
import io.headrace.worker.WorkerHttp;
import io.headrace.worker.WorkerSettings;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;

/** A worker as a user's program has it, with its meters on, in a process of its own. */
final class WorkerChild implements ChildMain.Role {
    /** Who stops a benchmark waits for no handler. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final BenchHandlers handlers = new BenchHandlers();

    private WorkerChild() {}

    /** Starts claiming; the end of the process stops it in good order. */
    static WorkerChild start(RedisConfig config, QueueName queue, int slots, String lease) {
        WorkerChild child = new WorkerChild();
        PrometheusMeterRegistry meters = WorkerHttp.registry();
        RedisBroker broker = RedisBroker.connect(config, Worker.observer(meters));
        WorkerBuilder builder = Worker.builder(broker).meters(meters).queue(queue.value(), 1).slots(slots)
                .lease(WorkerSettings.LEASE.parser().apply(lease)).grace(GRACE);
        for (JobHandler<?> handler : child.handlers.all()) {
            builder.handler(handler);
        }
        Worker worker = builder.build();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            worker.stop();
            broker.close();
        }, "bench-stop"));
        worker.start();
        return child;
    }

    @Override
    public String answer(String command) {
        return handlers.answer(command);
    }
}
