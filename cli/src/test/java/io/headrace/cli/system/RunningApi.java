package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.contract.history.HistoryChecker.Recorded;
import io.headrace.contract.process.HeadraceProcess;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An API somewhere, as a system test calls it.
 *
 * @param key is sent with every call; empty for none
 */
public record RunningApi(URI uri, String key) {
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5)).build();
    private static final Duration START = Duration.ofSeconds(30);

    /** The API of a process that prints its address when it is ready, as {@code dev} and {@code api} do. */
    public static RunningApi of(HeadraceProcess process) throws InterruptedException {
        String line = process.awaitOut("http://127.0.0.1:[0-9]+$", START);
        return new RunningApi(URI.create(line.substring(line.indexOf("http://"))));
    }

    RunningApi(URI uri) {
        this(uri, "");
    }

    /** The same, called with a key. */
    public RunningApi withKey(String secret) {
        return new RunningApi(uri, secret);
    }

    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    public HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return send(request(path).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri.resolve(path));
        return key.isEmpty() ? request : request.header("Authorization", "Bearer " + key);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.timeout(Duration.ofSeconds(70)).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Submits a job to the queue {@code default}; the further members are JSON, each with a comma before it. */
    public JobId enqueue(String type, String payload, String members) throws IOException, InterruptedException {
        HttpResponse<String> answer = post("/v1/queues/default/jobs",
                "{\"type\":\"" + type + "\",\"payload\":" + payload + members + "}");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return JobId.parse(tree(answer).get("id").asText());
    }

    public JsonNode job(JobId id) throws IOException, InterruptedException {
        return tree(get("/v1/jobs/" + id));
    }

    /** The job as it is when it has ended. */
    public JsonNode ended(JobId id) throws IOException, InterruptedException {
        JsonNode job = tree(get("/v1/jobs/" + id + "?wait=60s"));
        assertThat(JobState.ofLabel(job.get("state").asText()).terminal()).as(job.toString()).isTrue();
        return job;
    }

    /** What is on record about each job, once all have ended. */
    public List<Recorded> ended(List<JobId> ids) throws IOException, InterruptedException {
        List<Recorded> records = new ArrayList<>();
        for (JobId id : ids) {
            JsonNode job = ended(id);
            List<Attempt> attempts = new ArrayList<>();
            job.get("attempts").forEach(attempt -> attempts.add(attempt(attempt)));
            records.add(new Recorded(id, JobState.ofLabel(job.get("state").asText()), attempts));
        }
        return records;
    }

    private static Attempt attempt(JsonNode node) {
        JsonNode error = node.get("error");
        return new Attempt(node.get("number").asInt(), node.get("worker").asText(),
                Instant.parse(node.get("startedAt").asText()), Instant.parse(node.get("finishedAt").asText()),
                Attempt.Outcome.valueOf(node.get("outcome").asText().toUpperCase(Locale.ROOT)),
                error == null ? null : new Failure(error.get("type").asText(), error.get("message").asText(), null));
    }

    public static JsonNode tree(HttpResponse<String> answer) throws IOException {
        return JsonFormat.mapper().readTree(answer.body());
    }

    /** The sum of all series of a meter on a page of metrics; 0 when there is none. */
    static double meter(URI page, String name) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(page)).body().lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
