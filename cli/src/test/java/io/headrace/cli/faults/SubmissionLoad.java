package io.headrace.cli.faults;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobId;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Submits jobs to an api at a set rate, one by one and in batches, and writes down what became of each submission:
 * accepted under an id, refused, or unknown because the answer never came. One thread sends, the HTTP client's threads
 * take the answers; what they share is concurrent.
 */
final class SubmissionLoad implements AutoCloseable {
    /** A request that got no answer for so long counts as unknown. */
    private static final Duration ANSWER = Duration.ofSeconds(20);
    private static final int IN_FLIGHT = 64;

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2)).build();
    private final URI api;
    private final Random random;
    private final Shape shape;
    private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
    private final Map<JobId, Long> acceptedAtMs = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();
    private final Map<String, AtomicLong> unknowns = new ConcurrentHashMap<>();
    private final List<String> wrong = Collections.synchronizedList(new java.util.ArrayList<>());
    private final Thread thread = new Thread(this::send, "load");
    private volatile boolean stopping;
    private volatile long newestMs;

    /**
     * What is sent.
     *
     * @param perSecond jobs
     * @param batch every other request is a batch of so many; 1 for none
     * @param quickMs how long nine of ten jobs work at most
     * @param slowMs how long the others work at most
     */
    record Shape(int perSecond, int batch, int quickMs, int slowMs) {}

    SubmissionLoad(URI api, Shape shape, long seed) {
        this.api = api;
        this.shape = shape;
        this.random = new Random(seed);
        thread.setDaemon(true);
    }

    SubmissionLoad start() {
        thread.start();
        return this;
    }

    /** Sends no more, and waits for the answers under way. */
    void stop() throws InterruptedException {
        stopping = true;
        thread.join(ANSWER.toMillis());
        if (!inFlight.tryAcquire(IN_FLIGHT, ANSWER.toSeconds() + 5, TimeUnit.SECONDS)) {
            throw new AssertionError("requests are still unanswered");
        }
        inFlight.release(IN_FLIGHT);
    }

    Map<JobId, Long> acceptedAtMs() {
        return acceptedAtMs;
    }

    /** When something was accepted last. */
    long newestMs() {
        return newestMs;
    }

    long refused() {
        return refusals.values().stream().mapToLong(AtomicLong::get).sum();
    }

    long unknown() {
        return unknowns.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Refusals and unknown outcomes, by their reason. */
    Map<String, AtomicLong> reasons() {
        Map<String, AtomicLong> all = new java.util.TreeMap<>(refusals);
        all.putAll(unknowns);
        return all;
    }

    /** Answers that no fault excuses. */
    List<String> wrong() {
        return wrong;
    }

    private void send() {
        long startedAt = System.nanoTime();
        long sent = 0;
        while (!stopping) {
            long dueAt = startedAt + sent * 1_000_000_000L / shape.perSecond();
            while (System.nanoTime() < dueAt && !stopping) {
                LockSupport.parkNanos(Math.min(dueAt - System.nanoTime(), 20_000_000L));
            }
            boolean batch = shape.batch() > 1 && random.nextBoolean();
            int jobs = batch ? shape.batch() : 1;
            inFlight.acquireUninterruptibly();
            if (batch) {
                post(jobs, "/v1/queues/default/jobs:batch", "application/x-ndjson", lines(jobs));
            } else {
                post(1, "/v1/queues/default/jobs", "application/json", job());
            }
            sent += jobs;
        }
    }

    private String lines(int jobs) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < jobs; i++) {
            lines.append(job()).append('\n');
        }
        return lines.toString();
    }

    /** One in ten is slow, one in thirty fails at first, one in fifty starts in the schedule. */
    private String job() {
        int ms = random.nextInt(10) == 0 ? random.nextInt(shape.slowMs() + 1) : random.nextInt(shape.quickMs() + 1);
        int failures = random.nextInt(30) == 0 ? 1 : 0;
        String delay = random.nextInt(50) == 0 ? ",\"delay\":\"500ms\"" : "";
        return "{\"type\":\"work\",\"payload\":{\"ms\":" + ms + ",\"failures\":" + failures + ",\"deadly\":false}"
                + ",\"backoff\":{\"kind\":\"fixed\",\"base\":\"200ms\"}" + delay + "}";
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what becomes of it is counted
    private void post(int jobs, String path, String type, String body) {
        HttpRequest request = HttpRequest.newBuilder(api.resolve(path)).timeout(ANSWER).header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        http.sendAsync(request, HttpResponse.BodyHandlers.ofString()).whenComplete((answer, failure) -> {
            try {
                if (failure != null) {
                    failed(jobs, failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
                } else {
                    answered(jobs, answer);
                }
            } catch (IOException | RuntimeException e) {
                wrong.add("an answer that cannot be read: " + e);
            } finally {
                inFlight.release();
            }
        });
    }

    private void failed(int jobs, Throwable failure) {
        boolean neverSent = failure instanceof ConnectException
                || failure instanceof java.net.http.HttpConnectTimeoutException;
        count(neverSent ? refusals : unknowns, neverSent ? "no connection" : "no answer", jobs);
    }

    private static void count(Map<String, AtomicLong> counts, String reason, int jobs) {
        counts.computeIfAbsent(reason, first -> new AtomicLong()).addAndGet(jobs);
    }

    private void answered(int jobs, HttpResponse<String> answer) throws IOException {
        JsonNode body = JsonFormat.mapper().readTree(answer.body());
        if (answer.statusCode() != 202) {
            problem(jobs, answer.statusCode(), body);
        } else if (body.has("items")) {
            int read = 0;
            for (JsonNode item : body.get("items")) {
                read++;
                if (item.has("id")) {
                    accepted(item.get("id").asText());
                } else {
                    problem(1, item.at("/problem/status").asInt(), item.get("problem"));
                }
            }
            count(refusals, "not looked at", Math.max(0, jobs - read));
        } else {
            accepted(body.get("id").asText());
        }
    }

    private void accepted(String id) {
        newestMs = System.currentTimeMillis();
        if (acceptedAtMs.putIfAbsent(JobId.parse(id), newestMs) != null) {
            wrong.add(id + " was given to two jobs");
        }
    }

    private void problem(int jobs, int status, JsonNode problem) {
        String type = problem.path("type").asText().replace("/problems/", "");
        if (status != 503) {
            wrong.add(status + " " + problem);
        }
        count(type.equals("outcome-unknown") ? unknowns : refusals, type, jobs);
    }

    @Override
    public void close() {
        stopping = true;
    }
}
