package io.headrace.worker.handlers.http;

import io.headrace.worker.handlers.ResultMemory;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls one target, keeping connections. An interrupt closes the call at once. A request that found a kept connection
 * closed by the target, before a byte of an answer came, is sent once more: it is the ordinary end of a connection, and
 * no failure of the job.
 *
 * <p>Called by slot threads.
 */
final class TargetCall {
    private final CallClient client;
    /**
     * How many connections the client may keep for this target, at most: those whose answers were read to their end.
     */
    private final AtomicInteger kept = new AtomicInteger();

    TargetCall(CallClient client) {
        this.client = client;
    }

    /**
     * Sends a request and reads its answer.
     *
     * @param maxBody bytes; of a longer body one more is read
     * @param memory for the body
     */
    HttpResponse<byte[]> send(HttpRequest request, int maxBody, ResultMemory memory)
            throws IOException, InterruptedException {
        boolean maybeKept = kept.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
        AtomicBoolean answered = new AtomicBoolean();
        HttpResponse.BodyHandler<byte[]> reader = head -> {
            answered.set(true);
            return new BoundedBody(maxBody, memory);
        };
        try {
            return once(request, maxBody, reader);
        } catch (IOException e) {
            if (!maybeKept || answered.get() || !silent(e)) {
                throw e;
            }
            return once(request, maxBody, reader);
        }
    }

    private HttpResponse<byte[]> once(HttpRequest request, int maxBody, HttpResponse.BodyHandler<byte[]> reader)
            throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<byte[]>> answer = client.get().sendAsync(request, reader);
        try {
            HttpResponse<byte[]> response = answer.get();
            if (response.body().length <= maxBody) {
                kept.incrementAndGet();
            }
            return response;
        } catch (InterruptedException e) {
            answer.cancel(true); // closes the connection, whether the head or the body was awaited
            throw e;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /** Whether the connection ended without a byte of an answer. */
    private static boolean silent(IOException failure) {
        String message = String.valueOf(failure.getMessage());
        return message.contains("received no bytes") || message.contains("Connection reset")
                || message.contains("Broken pipe");
    }
}
