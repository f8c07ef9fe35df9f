package io.headrace.cli.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * An api with a heap of 256 MB, which clients try to fill with all that they may choose the size of, beside a normal
 * load. It lives, the load is answered, and nothing that was accepted is lost.
 */
@Tag("faults")
final class MemoryIT {
    private static final int ROUNDS = Integer.getInteger("faults.memory.rounds", 1);
    private static final String BIG = "{\"type\":\"big\",\"payload\":\"" + "z".repeat(256 * 1024 - 2) + "\"}";
    private static final String BIG_JOBS = "/v1/queues/big/jobs";
    private static final int MANY = 300;
    private static final Duration FROZEN = Duration.ofSeconds(4);

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    /** What became of requests, by kind and status. */
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private final List<Socket> open = new ArrayList<>();

    @AfterAll
    static void print() {
        MatrixReport.print();
    }

    @Test
    void anApiOfASmallHeapOutlivesEverythingThatClientsCanMakeItHold() throws Exception {
        Path folder = MatrixReport.folder("memory");
        try (FaultStage stage = new FaultStage(folder,
                FaultStage.Plan.of(DurabilityMode.MEMORY).withWorkers(1, 20, Duration.ofSeconds(10)),
                RedisForms.standalone(folder, DurabilityMode.MEMORY));
                SubmissionLoad load = new SubmissionLoad(stage.apiUri(), new SubmissionLoad.Shape(50, 1, 5, 20),
                        FaultSettings.SEED).start()) {
            long pid = stage.api().pid();
            long bigAccepted = 0;
            for (int round = 0; round < ROUNDS; round++) {
                halfBodies(stage);
                bigAccepted += singlesWhileRedisStands(stage);
                bigAccepted += batchWhileRedisStands(stage);
                pages(stage);
                unreadAnswers(stage);
                unreadStreams(stage);
                manyConnections(stage);
            }
            load.stop();
            MatrixReport
                    .note("An api of 256 MB under " + ROUNDS + " rounds of what fills memory: " + new TreeMap<>(answers)
                            + "; beside it " + load.acceptedAtMs().size() + " accepted, " + load.reasons() + ".");
            assertThat(stage.api().alive()).isTrue();
            assertThat(stage.api().pid()).isEqualTo(pid);
            assertThat(stage.get("/readyz").statusCode()).isEqualTo(200);
            assertThat(load.wrong()).isEmpty();
            // who was on the way when Redis was stopped is told that its outcome is unknown, which is an answer
            assertThat(load.reasons()).as("of the normal load").doesNotContainKey("no answer");
            assertThat(load.acceptedAtMs()).hasSizeGreaterThan(MANY);
            RedisForms.await("all is done", () -> idle(stage));
            for (JobId id : load.acceptedAtMs().keySet()) {
                assertThat(stage.get("/v1/jobs/" + id).statusCode()).as("%s", id).isEqualTo(200);
            }
            assertThat(Long.parseLong(stage.topology().primary().ask("XLEN", "hr:{big}:ready:n")))
                    .as("large jobs in line").isGreaterThanOrEqualTo(bigAccepted);
        } finally {
            closeAll();
        }
        MatrixReport.delete(folder);
    }

    private static boolean idle(FaultStage stage) {
        try {
            return stage.unfinished().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private void count(String what) {
        answers.merge(what, 1, Integer::sum);
    }

    private void closeAll() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        open.clear();
    }

    /** Logins and jobs, all of whose bodies but the end arrives. */
    private void halfBodies(FaultStage stage) throws IOException, InterruptedException {
        for (int i = 0; i < 600; i++) {
            String path = i % 2 == 0 ? "/v1/session" : BIG_JOBS;
            send(stage, "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 300000\r\n\r\n" + BIG.substring(0, 256 * 1024));
        }
        ProcessFaults.last(Duration.ofSeconds(3));
        closeAll();
    }

    private void send(FaultStage stage, String request) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4 * 1024);
        socket.connect(new InetSocketAddress(stage.apiUri().getHost(), stage.apiUri().getPort()), 20_000);
        open.add(socket);
        try {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            count("cut off while it sent");
        }
    }

    private CompletableFuture<HttpResponse<String>> post(URI api, String path, String type, String body) {
        return http.sendAsync(HttpRequest.newBuilder(api.resolve(path)).timeout(Duration.ofSeconds(60))
                .header("Content-Type", type).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
                BodyHandlers.ofString());
    }

    private long singlesWhileRedisStands(FaultStage stage) throws Exception {
        stage.topology().primary().freeze();
        List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            sent.add(post(stage.apiUri(), BIG_JOBS, "application/json", BIG));
        }
        ProcessFaults.last(FROZEN);
        stage.topology().primary().thaw();
        long accepted = 0;
        for (CompletableFuture<HttpResponse<String>> one : sent) {
            int status = one.get(60, TimeUnit.SECONDS).statusCode();
            count("single " + status);
            assertThat(status).isIn(202, 503);
            accepted += status == 202 ? 1 : 0;
        }
        return accepted;
    }

    private long batchWhileRedisStands(FaultStage stage) throws Exception {
        stage.topology().primary().freeze();
        CompletableFuture<HttpResponse<String>> batch = post(stage.apiUri(), BIG_JOBS + ":batch",
                "application/x-ndjson", (BIG + "\n").repeat(300));
        ProcessFaults.last(FROZEN);
        stage.topology().primary().thaw();
        HttpResponse<String> answer = batch.get(60, TimeUnit.SECONDS);
        assertThat(answer.body()).startsWith("{\"accepted\":300,\"rejected\":0,");
        return 300;
    }

    private void pages(FaultStage stage) throws Exception {
        List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            asked.add(http.sendAsync(HttpRequest.newBuilder(
                    stage.apiUri().resolve(BIG_JOBS + "?state=queued&limit=200")).build(), BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> one : asked) {
            int status = one.get(60, TimeUnit.SECONDS).statusCode();
            count("page " + status);
            assertThat(status).isIn(200, 503);
        }
    }

    private static String large(FaultStage stage) throws IOException, InterruptedException {
        String[] id = new String[1];
        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> {
            HttpResponse<String> answer = stage.post(BIG_JOBS, BIG);
            id[0] = answer.headers().firstValue("Location").orElse("");
            return answer.statusCode() == 202;
        });
        return id[0];
    }

    private void unreadAnswers(FaultStage stage) throws IOException, InterruptedException {
        String look = "GET " + large(stage) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for (int i = 0; i < 300; i++) {
            send(stage, look.repeat(50));
        }
        ProcessFaults.last(Duration.ofSeconds(5));
        closeAll();
    }

    private void unreadStreams(FaultStage stage) throws IOException, InterruptedException {
        String follow = "GET " + large(stage) + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for (int i = 0; i < 900; i++) {
            send(stage, follow);
        }
        ProcessFaults.last(Duration.ofSeconds(10));
        closeAll();
    }

    /** Heads that end before their last line. */
    private void manyConnections(FaultStage stage) throws IOException {
        for (int i = 0; i < 4_000; i++) {
            send(stage, "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(15_000));
        }
        closeAll();
    }
}
