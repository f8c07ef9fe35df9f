package io.headrace.cli.client;

import io.headrace.config.Address;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A PATCH, which {@link java.net.HttpURLConnection} refuses to send. A class of its own so that only its users load the
 * other client.
 */
final class PatchRequest {
    private PatchRequest() {}

    static ApiAnswer send(Address api, String path, byte[] body, @Nullable String key) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(api.reachable(path))
                .method("PATCH", HttpRequest.BodyPublishers.ofByteArray(body))
                .timeout(ApiClient.READ_TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json");
        if (!api.ordinary()) {
            request.header("Host", api.host());
        }
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        try {
            HttpResponse<byte[]> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            if (answer.statusCode() >= 400) {
                throw ApiProblem.of(answer.statusCode(), answer.body(), api);
            }
            return new ApiAnswer(answer.body(), Map.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }
}
