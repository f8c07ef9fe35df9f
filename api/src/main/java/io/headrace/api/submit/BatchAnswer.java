package io.headrace.api.submit;

import io.headrace.Submission;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonOut;
import io.headrace.api.http.Problem;
import io.headrace.api.http.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The answer to a batch, collected until the batch has been read: many clients read nothing before they have sent
 * everything, so an answer written meanwhile would stop both sides. It is kept compressed, as ids of one batch differ
 * in few bytes. Lives on its loop's thread.
 */
final class BatchAnswer {
    /** When this many compressed bytes are collected the batch is cut short. */
    private static final int MAX_BYTES = 32 * 1024 * 1024;
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int COLLECTED_BYTES = 8 * 1024;

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    /** Collects a hundred items or two before they are compressed: a call of the compressor costs as much as one. */
    private final OutputStream items = new BufferedOutputStream(new DeflaterOutputStream(compressed, deflater, 4096),
            COLLECTED_BYTES);
    private long accepted;
    private long rejected;

    long accepted() {
        return accepted;
    }

    /** How many bytes it has so far. */
    long size() {
        return compressed.size();
    }

    boolean full() {
        return compressed.size() > MAX_BYTES;
    }

    void accepted(Submission submission) {
        String mark = submission.kind() == Submission.Kind.DUPLICATE ? ",\"duplicate\":true" : "";
        add(("{\"id\":\"" + submission.id() + "\"" + mark + "}").getBytes(StandardCharsets.UTF_8));
        accepted++;
    }

    /** @param index of the job in the batch, from 0 */
    void rejected(long index, Problem problem) {
        add(JsonOut.object(out -> {
            out.number("index", index);
            out.object("problem", problem::write);
        }));
        rejected++;
    }

    private void add(byte[] item) {
        try {
            if (accepted + rejected > 0) {
                items.write(',');
            }
            items.write(item);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** Writes the answer as fast as the client reads; the future completes when it is written. */
    Future<Void> send(HttpCall call) {
        Promise<Void> sent = Promise.promise();
        InputStream text = text();
        HttpServerResponse response = call.response();
        call.takeLeave();
        response.setStatusCode(202).setChunked(true).putHeader("Content-Type", Reply.JSON);
        String applied = PreferHeader.applied(call.request());
        if (!applied.isEmpty()) {
            response.putHeader("Preference-Applied", applied);
        }
        response.write("{\"accepted\":" + accepted + ",\"rejected\":" + rejected + ",\"items\":[");
        call.held().awaitClient();
        response.drainHandler(ignored -> pump(response, text, sent));
        sent.future().onComplete(ignored -> call.held().end());
        pump(response, text, sent);
        return sent.future();
    }

    private InputStream text() {
        try {
            items.close();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return new InflaterInputStream(new ByteArrayInputStream(compressed.toByteArray()));
    }

    private static void pump(HttpServerResponse response, InputStream text, Promise<Void> sent) {
        try {
            while (!response.ended() && !response.closed() && !response.writeQueueFull()) {
                byte[] piece = text.readNBytes(PIECE_BYTES);
                if (piece.length == 0) {
                    response.end("]}").onComplete(sent);
                    text.close();
                } else {
                    response.write(Buffer.buffer(piece));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /** Frees what the collector would free late. Called once, when nothing more is added. */
    void release() {
        deflater.end();
    }
}
