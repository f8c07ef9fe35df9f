package io.headrace.cli.top;

import io.headrace.Durations;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.CommandFailed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the API told at one instant.
 *
 * @param time by the server's clock
 * @param totals jobs of all queues by state
 * @param slots how many jobs all workers can run at once
 * @param redisMaxBytes 0 when there is no limit
 */
record TopSnapshot(Instant time, String version, Map<String, Long> totals, List<QueueRow> queues,
        List<WorkerRow> workers,
        long slots, long busy, long redisUsedBytes, long redisMaxBytes) {
    /**
     * One queue.
     *
     * @param done how many jobs have succeeded since the queue was created
     * @param failed how many attempts have failed since then
     * @param ended how many jobs have ended since then, in whatever way
     * @param active how many jobs have not ended
     */
    record QueueRow(String name, boolean paused, long queued, long running, long dead, Duration oldest, int workers,
            long done, long failed, long ended, long active) {}

    /**
     * One worker.
     *
     * @param longest how long the oldest of its running jobs ran at its last heartbeat, zero when it ran none
     * @param longestType the type of that job, or nothing
     */
    record WorkerRow(String id, String host, List<String> queues, String state, long slots, long busy, int running,
            Duration longest, String longestType) {}

    TopSnapshot {
        totals = Map.copyOf(totals);
        queues = List.copyOf(queues);
        workers = List.copyOf(workers);
    }

    /**
     * @param overview the answer of {@code GET /v1/overview}
     * @param workers that of {@code GET /v1/workers}
     */
    static TopSnapshot of(JsonTree overview, JsonTree workers) {
        Instant time = overview.at("time").instant()
                .orElseThrow(
                        () -> CommandFailed.failed("the answer of /v1/overview has no time: is this a Headrace API?"));
        Map<String, Long> totals = new TreeMap<>();
        overview.at("totals").members().forEach((state, count) -> totals.put(state, count.number()));
        JsonTree sum = overview.at("workers");
        return new TopSnapshot(time, overview.at("version").text(), totals,
                overview.at("queues").items().stream().map(TopSnapshot::queue).toList(),
                workers.at("workers").items().stream().map(worker -> worker(worker, time)).toList(),
                sum.at("slots").number(), sum.at("busy").number(), overview.at("redis", "usedBytes").number(),
                overview.at("redis", "maxBytes").number());
    }

    private static QueueRow queue(JsonTree queue) {
        JsonTree counts = queue.at("counts");
        JsonTree totals = queue.at("totals");
        long ended = sum(totals, "succeeded", "dead", "cancelled", "expired");
        long active = sum(counts, "queued", "running", "scheduled", "retrying", "parked");
        return new QueueRow(queue.at("queue").text(), queue.at("paused").flag(), counts.at("queued").number(),
                counts.at("running").number(), counts.at("dead").number(),
                queue.at("oldestQueuedAge").maybe().map(age -> Durations.parse("oldestQueuedAge", age))
                        .orElse(Duration.ZERO),
                (int) queue.at("workers").number(), totals.at("succeeded").number(), totals.at("failed").number(),
                ended,
                active);
    }

    private static long sum(JsonTree counts, String... names) {
        long sum = 0;
        for (String name : names) {
            sum += counts.at(name).number();
        }
        return sum;
    }

    /** Jobs are as old as they were when the worker told of them: what became of them since is not known. */
    private static WorkerRow worker(JsonTree worker, Instant now) {
        Instant told = worker.at("heartbeatAt").instant().orElse(now);
        List<JsonTree> running = worker.at("running").items();
        Duration longest = Duration.ZERO;
        String type = "";
        for (JsonTree run : running) {
            Duration age = run.at("since").instant().map(since -> Duration.between(since, told))
                    .orElse(Duration.ZERO);
            if (type.isEmpty() || age.compareTo(longest) > 0) {
                longest = age.isNegative() ? Duration.ZERO : age;
                type = run.at("type").text();
            }
        }
        return new WorkerRow(worker.at("id").text(), worker.at("host").text(),
                worker.at("queues").items().stream().map(JsonTree::text).toList(), worker.at("state").text(),
                worker.at("slots").number(), worker.at("busy").number(), running.size(), longest, type);
    }

    /** The same with another number of jobs in a state. */
    TopSnapshot with(String state, long count) {
        Map<String, Long> others = new TreeMap<>(totals);
        others.put(state, count);
        return new TopSnapshot(time, version, others, queues, workers, slots, busy, redisUsedBytes, redisMaxBytes);
    }

    /** How many workers claim nothing more because somebody told them so, or because they are ending. */
    long quietWorkers() {
        return workers.stream().filter(worker -> !worker.state().equals("running")).count();
    }
}
