package io.headrace.worker.handlers.http;

import io.headrace.worker.handlers.ResultMemory;
import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as far as its bound: what is longer is cut off with its connection, one byte behind the bound.
 * It is read as there is memory for it; beyond that nobody blocks on it, so a call that is cancelled leaves no thread
 * behind. Its methods are called by one thread at a time.
 */
final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {
    private final int max;
    private final ResultMemory memory;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> body = new CompletableFuture<>();
    private Flow.@Nullable Subscription subscription;

    BoundedBody(int max, ResultMemory memory) {
        this.max = max;
        this.memory = memory;
    }

    @Override
    public CompletionStage<byte[]> getBody() {
        return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            int length = Math.min(buffer.remaining(), max + 1 - bytes.size());
            try {
                memory.awaitResult(length);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            byte[] chunk = new byte[length];
            buffer.get(chunk);
            bytes.writeBytes(chunk);
        }
        Flow.Subscription source = subscription;
        if (source != null && bytes.size() > max) {
            source.cancel();
            body.complete(bytes.toByteArray());
        } else if (source != null) {
            source.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        body.complete(bytes.toByteArray());
    }
}
