package io.headrace.cli.faults.rolling;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.cli.faults.rolling.ChangingFleet.Answer;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;

/**
 * Submits jobs of every kind to every queue, through whichever apis are in the rotation, at a steady rate, and writes
 * down what was accepted and every answer that should not have been given. Several threads send.
 */
final class SteadySubmissions implements AutoCloseable {
    private static final String JSON = "application/json";
    private static final int SENDERS = 8;
    private static final int REQUESTS_PER_SECOND = 150;
    /** One request of so many is a batch, which makes a line. */
    private static final int BATCH_EVERY = 50;
    private static final int BATCH = 100;

    private final ChangingFleet fleet;
    private final Phases phases;
    private final long seed;
    private final AtomicInteger requests = new AtomicInteger();
    private final Map<JobId, Submitted> accepted = new ConcurrentHashMap<>();
    private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    private final List<Thread> senders = new ArrayList<>();
    private volatile boolean stopping;

    /** What a job is like, and with which number of its attempts it succeeds. */
    enum Kind {
        PLAIN(1), SLOW(1), DELAYED(1), FAILS_ONCE(2),
        /** Sent where a worker is to be killed that runs it. */
        LONG(1),
        /** Never succeeds. */
        DOOMED(100),
        /** Sent through two apis with one unique key. */
        UNIQUE(1),
        /** Sent through two apis with one Idempotency-Key. */
        REPLAYED(1);

        private final int succeedsIn;

        Kind(int succeedsIn) {
            this.succeedsIn = succeedsIn;
        }

        /** How many of its attempts fail, unless some are lost. */
        int failures() {
            return this == DOOMED ? 2 : succeedsIn - 1;
        }

        JobState end() {
            return this == DOOMED ? JobState.DEAD : JobState.SUCCEEDED;
        }

        /** It starts when it is accepted, if a worker is free. */
        boolean startsAtOnce() {
            return this != DELAYED && this != UNIQUE;
        }

        private static Kind any(Random random) {
            int percent = random.nextInt(100);
            return percent < 2 ? SLOW
                    : percent < 7 ? DELAYED
                            : percent < 12 ? FAILS_ONCE
                                    : percent < 13 ? DOOMED : percent < 16 ? UNIQUE : percent < 19 ? REPLAYED : PLAIN;
        }

        private String json(Random random, int number) {
            int ms = this == LONG ? 5_000 : random.nextInt(this == SLOW ? 1_000 : 10);
            String priority = List.of("high", "normal", "low").get(random.nextInt(3));
            return "{\"type\":\"work\",\"priority\":\"" + priority + "\",\"backoff\":{\"kind\":\"fixed\",\"base\":"
                    + "\"200ms\"},\"payload\":{\"ms\":" + ms + ",\"failures\":" + (succeedsIn - 1)
                    + ",\"deadly\":false}" + switch (this) {
                        case DELAYED -> ",\"delay\":\"500ms\"";
                        case DOOMED -> ",\"maxRetries\":1";
                        case UNIQUE -> ",\"delay\":\"1s\",\"uniqueKey\":\"twins-" + number + "\"";
                        default -> "";
                    } + "}";
        }
    }

    /**
     * A job that was accepted.
     *
     * @param lone whether it came by itself, not in a batch
     */
    record Submitted(JobId id, Kind kind, boolean lone, String api, long atMs) {}

    SteadySubmissions(ChangingFleet fleet, Phases phases, long seed) {
        this.fleet = fleet;
        this.phases = phases;
        this.seed = seed;
    }

    SteadySubmissions start() {
        long startedAt = System.nanoTime();
        for (int i = 0; i < SENDERS; i++) {
            Random random = new Random(seed + i);
            Thread sender = new Thread(() -> send(startedAt, random), "sender-" + i);
            sender.setDaemon(true);
            senders.add(sender);
            sender.start();
        }
        return this;
    }

    /** Sends a job that takes long to a queue, now. */
    JobId sendLong(String queue) throws IOException, InterruptedException {
        Answer answer = fleet.ask(0, "POST", "/v1/queues/" + queue + "/jobs", Kind.LONG.json(new Random(seed), 0),
                "Content-Type", JSON);
        return JobId.parse(body(accepted(Kind.LONG, answer)).path("id").asText());
    }

    /** Waits until so many more have been accepted. */
    void awaitMore(int jobs) {
        int enough = accepted.size() + jobs;
        Awaitility.await(jobs + " more jobs are accepted").atMost(Duration.ofMinutes(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> accepted.size() >= enough || !wrong.isEmpty());
    }

    /** Sends no more, and waits for the answers under way. */
    void stop() throws InterruptedException {
        stopping = true;
        for (Thread sender : senders) {
            sender.join();
        }
    }

    Collection<Submitted> accepted() {
        return accepted.values();
    }

    /** Answers that nothing excuses. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    private void send(long startedAt, Random random) {
        while (!stopping) {
            int number = requests.incrementAndGet();
            long dueAt = startedAt + number * (1_000_000_000L / REQUESTS_PER_SECOND);
            while (System.nanoTime() < dueAt && !stopping) {
                LockSupport.parkNanos(dueAt - System.nanoTime());
            }
            try {
                if (number % BATCH_EVERY == 0) {
                    sendBatch(random, number);
                } else {
                    sendAny(random, number);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException | RuntimeException e) {
                wrong("request " + number + " has no answer: " + e);
            }
        }
    }

    private void sendAny(Random random, int number) throws IOException, InterruptedException {
        Kind kind = Kind.any(random);
        String path = "/v1/queues/" + anyQueue(random) + "/jobs";
        String job = kind.json(random, number);
        int api = random.nextInt(100);
        if (kind == Kind.REPLAYED) {
            String[] headers = {"Content-Type", JSON, "Idempotency-Key", "twins-" + number};
            Answer first = accepted(kind, fleet.ask(api, "POST", path, job, headers));
            twin(kind, first, fleet.ask(api + 1, "POST", path, job, headers));
        } else {
            Answer first = accepted(kind, fleet.ask(api, "POST", path, job, "Content-Type", JSON));
            if (kind == Kind.UNIQUE) {
                twin(kind, first, fleet.ask(api + 1, "POST", path, job, "Content-Type", JSON));
            }
        }
    }

    /** The second must be answered with the job of the first, unless the first has let go of its unique key by then. */
    private void twin(Kind kind, Answer first, Answer second) throws IOException, InterruptedException {
        String id = body(first).path("id").asText();
        if (!id.equals(body(second).path("id").asText())) {
            Answer look = fleet.ask(0, "GET", "/v1/jobs/" + id, "");
            boolean ended = JobState.ofLabel(body(look).path("state").asText()).terminal();
            if (kind == Kind.UNIQUE && ended) {
                accepted(kind, second);
            } else {
                wrong("one " + kind + " job was stored twice: " + first + ", and " + second + ", while " + look);
            }
        }
    }

    private void sendBatch(Random random, int number) throws IOException, InterruptedException {
        List<Kind> kinds = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        while (kinds.size() < BATCH) {
            Kind kind = Kind.any(random);
            if (kind != Kind.UNIQUE && kind != Kind.REPLAYED) {
                kinds.add(kind);
                lines.append(kind.json(random, number)).append('\n');
            }
        }
        Answer answer = fleet.ask(random.nextInt(100), "POST", "/v1/queues/" + anyQueue(random) + "/jobs:batch",
                lines.toString(), "Content-Type", "application/x-ndjson");
        JsonNode items = body(answer).path("items");
        for (int i = 0; i < BATCH; i++) {
            if (items.path(i).has("id")) {
                accepted(kinds.get(i), false, answer, items.path(i).get("id").asText());
            } else {
                wrong("line " + i + " of a batch was not accepted: " + answer);
                return;
            }
        }
    }

    private static String anyQueue(Random random) {
        return ChangingFleet.QUEUES.get(random.nextInt(ChangingFleet.QUEUES.size()));
    }

    private Answer accepted(Kind kind, Answer answer) throws IOException {
        if (answer.http().statusCode() == 202) {
            accepted(kind, true, answer, body(answer).get("id").asText());
        } else {
            wrong(answer.toString());
        }
        return answer;
    }

    private static JsonNode body(Answer answer) throws IOException {
        return JsonFormat.mapper().readTree(answer.http().body());
    }

    private void accepted(Kind kind, boolean lone, Answer answer, String id) {
        JobId job = JobId.parse(id);
        Submitted before = accepted.putIfAbsent(job,
                new Submitted(job, kind, lone, answer.api(), System.currentTimeMillis()));
        if (before != null) {
            wrong(answer.api() + " gave " + id + " to a job, which is " + before);
        }
    }

    private void wrong(String what) {
        wrong.add(phases.at(System.currentTimeMillis()) + ": " + what);
    }

    @Override
    public void close() {
        stopping = true;
    }
}
