package io.headrace.bench.load;

import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Stamps;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Posts jobs over a keep-alive connection of its own. Requests are rendered once and only stamped anew, so that the
 * load takes little from the cores that it shares with what it measures. Used by one thread.
 */
public final class HttpSender implements OpenLoad.Sender {
    private static final int TIMEOUT_MS = (int) Duration.ofSeconds(30).toMillis();
    private static final int ACCEPTED = 202;

    private final URI api;
    private final byte[] request;
    private final int jobs;
    /** Where a stamp goes, or -1. */
    private final int payloadAt;
    private final byte[] received = new byte[16 * 1024];
    private @Nullable Socket socket;
    private HttpAnswerReader answer = new HttpAnswerReader();

    private HttpSender(URI api, byte[] request, int jobs, int payloadAt) {
        this.api = api;
        this.request = request;
        this.jobs = jobs;
        this.payloadAt = payloadAt;
    }

    /** Sends a job a request, each with a {@link Stamps} payload. */
    public static HttpSender stamped(URI api, QueueName queue, int payloadBytes) {
        byte[] request = HttpLoad.job(api, queue, BenchHandlers.STAMP, Json.trusted(Stamps.payload(0, payloadBytes)));
        return new HttpSender(api, request, 1, HttpLoad.payloadAt(request));
    }

    /** Sends some jobs a request, as lines. */
    public static HttpSender lines(URI api, QueueName queue, Json payload, int jobs) {
        return new HttpSender(api, HttpLoad.lines(api, queue, payload, jobs), jobs, -1);
    }

    @Override
    public int send(long atNanos) throws IOException {
        if (payloadAt >= 0) {
            Stamps.stamp(request, payloadAt, atNanos);
        }
        try {
            Socket connected = connected();
            connected.getOutputStream().write(request);
            awaitAnswer(connected.getInputStream());
        } catch (IOException e) {
            close();
            throw e;
        }
        if (answer.status() != ACCEPTED) {
            throw new IOException("the api answered " + answer.status());
        }
        return jobs;
    }

    private Socket connected() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket(api.getHost(), api.getPort());
            open.setTcpNoDelay(true);
            open.setSoTimeout(TIMEOUT_MS);
            socket = open;
            answer = new HttpAnswerReader();
        }
        return open;
    }

    private void awaitAnswer(InputStream in) throws IOException {
        while (true) {
            int length = in.read(received);
            if (length < 0) {
                throw new EOFException("the api closed the connection");
            }
            if (answer.take(ByteBuffer.wrap(received, 0, length))) {
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
