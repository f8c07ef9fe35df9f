package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A client of {@code /v1/live}. */
public final class TestSocket implements AutoCloseable {
    private static final int WAIT_S = 15;

    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    private TestSocket(HttpClient http, URI address, String... headers) {
        WebSocket.Builder builder = http.newWebSocketBuilder();
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        socket = builder.buildAsync(address, new Listener()).orTimeout(WAIT_S, TimeUnit.SECONDS).join();
    }

    public static TestSocket open(TestApi api, String query, String... headers) {
        URI at = api.at("/v1/live" + query);
        return new TestSocket(api.http, URI.create("ws" + at.toString().substring("http".length())), headers);
    }

    /** Opened where no key is asked for, and let in. */
    public static TestSocket open(TestApi api) {
        TestSocket socket = open(api, "");
        socket.next("session", "open");
        return socket;
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder message = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            message.append(data);
            if (last) {
                messages.add(json(message.toString()));
                message.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.complete(-1);
        }
    }

    private static JsonNode json(String text) {
        try {
            return JsonFormat.mapper().readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    public TestSocket send(String message) {
        socket.sendText(message, true).orTimeout(WAIT_S, TimeUnit.SECONDS).join();
        return this;
    }

    public void sendBytes(byte[] message) {
        socket.sendBinary(ByteBuffer.wrap(message), true).orTimeout(WAIT_S, TimeUnit.SECONDS).join();
    }

    public TestSocket subscribe(String topic) {
        return send("{\"subscribe\":\"" + topic + "\"}");
    }

    public JsonNode next() {
        try {
            JsonNode message = messages.poll(WAIT_S, TimeUnit.SECONDS);
            assertThat(message).as("no message in " + WAIT_S + " s").isNotNull();
            return message;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The data of the next event of this name; others are passed over. */
    public JsonNode next(String topic, String event) {
        while (true) {
            JsonNode message = next();
            if (message.path("topic").asText().equals(topic) && message.path("event").asText().equals(event)) {
                return message.path("data");
            }
        }
    }

    /** The slug of the next problem. */
    public String problem() {
        while (true) {
            JsonNode error = next().path("error");
            if (!error.isMissingNode()) {
                return error.path("type").asText().replace("/problems/", "");
            }
        }
    }

    /** With which code the server closed; -1 when it just cut the connection. */
    public int closed() {
        return closed.orTimeout(WAIT_S, TimeUnit.SECONDS).join();
    }

    public boolean open() {
        return !closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
