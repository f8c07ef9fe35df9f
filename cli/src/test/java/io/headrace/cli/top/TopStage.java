package io.headrace.cli.top;

import io.headrace.cli.client.JsonTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** A {@code headrace top} without a terminal: answers are put in by hand, pictures come out as lines. */
final class TopStage {
    static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    final TopModel model = new TopModel();
    private Instant now = NOON;
    private final List<String> queues = new ArrayList<>();
    private final List<String> workers = new ArrayList<>();
    private long used = 123L * 1024 * 1024;
    private long parked;

    TopStage after(Duration time) {
        now = now.plus(time);
        return this;
    }

    /** A queue of the next answer. */
    TopStage queue(String name, boolean paused, int queued, String oldest, int dead, int done, int failed) {
        queues.add("""
                {"queue": "%s", "paused": %s, "oldestQueuedAge": "%s", "workers": 1,
                 "counts": {"queued": %d, "running": 3, "scheduled": 0, "retrying": 1, "parked": 0, "dead": %d},
                 "totals": {"succeeded": %d, "dead": %d, "cancelled": 0, "expired": 0, "failed": %d}}
                """.formatted(name, paused, oldest, queued, dead, done, dead, failed));
        return this;
    }

    /** A worker of the next answer. It runs a job when it is busy. */
    TopStage worker(String id, String host, String state, int busy, Duration longest) {
        String running = busy == 0 ? ""
                : "{\"job\": \"mail_n1-0\", \"type\": \"resize\", \"attempt\": 1, \"since\": \""
                        + now.minus(longest) + "\"}";
        workers.add("""
                {"id": "%s", "host": "%s", "state": "%s", "slots": 10, "busy": %d, "queues": ["mail"],
                 "running": [%s]}
                """.formatted(id, host, state, busy, running));
        return this;
    }

    /** @param usedBytes 0 where the key is told nothing of it */
    TopStage redis(long usedBytes) {
        used = usedBytes;
        return this;
    }

    TopStage parked(long jobs) {
        parked = jobs;
        return this;
    }

    /** The API answers with what was put in since its last answer. */
    TopStage told() {
        String overview = """
                {"time": "%s", "version": "1.2.3", "queues": [%s], "redis": {%s},
                 "totals": {"queued": 1234567, "running": 6, "scheduled": 7, "retrying": 2, "parked": %d, "dead": 12},
                 "workers": {"count": %d, "quiet": 0, "slots": 20, "busy": 4}}
                """.formatted(now, String.join(",", queues),
                used == 0 ? "" : "\"usedBytes\": %d, \"maxBytes\": 1073741824".formatted(used), parked,
                workers.size());
        model.told(TopSnapshot.of(tree(overview), tree("{\"workers\": [" + String.join(",", workers) + "]}")), now);
        queues.clear();
        workers.clear();
        return this;
    }

    TopStage away(String why) {
        model.away(why, now);
        return this;
    }

    TopStage press(String... keys) {
        for (String key : keys) {
            model.press(key);
        }
        return this;
    }

    List<String> picture(int width, int height) {
        return new TopPicture("http://127.0.0.1:8080", Duration.ofSeconds(1), ZoneOffset.UTC, false)
                .draw(model, width, height, now);
    }

    List<String> once() {
        return new TopPicture("http://127.0.0.1:8080", Duration.ofSeconds(1), ZoneOffset.UTC, false)
                .once(model, 80, now);
    }

    private static JsonTree tree(String json) {
        try {
            return JsonTree.parse(json.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new AssertionError(json, e);
        }
    }

    /** Two queues and two workers, seen for a minute. */
    static TopStage aMinuteOfWork() {
        TopStage stage = new TopStage();
        for (int s = 0; s <= 66; s += 2) {
            stage.queue("mail", false, 40 + s, "123s", 12, s < 40 ? s * 10 : 400 + (s - 40) * 100, s / 4)
                    .queue("video", true, 7, "0s", 0, 5, 0)
                    .worker("w-1", "alpha", "running", 4, Duration.ofSeconds(192))
                    .worker("w-2", "beta", "quiet", 0, Duration.ZERO).told();
            if (s < 66) {
                stage.after(Duration.ofSeconds(2));
            }
        }
        return stage;
    }
}
