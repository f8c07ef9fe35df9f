package io.headrace.bench.load;

import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.bench.process.BenchHandlers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Sends one request again and again over keep-alive connections, each of which waits for its answer before it sends the
 * next. One thread serves all of them, and the request is rendered once: the load shares the cores with what it
 * measures.
 */
public final class HttpLoad implements AutoCloseable {
    private static final int ACCEPTED = 202;
    private static final String PAYLOAD = "\"payload\":";
    private static final long SILENCE_MS = Duration.ofSeconds(30).toMillis();

    private final URI server;
    private final byte[] request;
    private final Selector selector;
    private final ByteBuffer received = ByteBuffer.allocateDirect(64 * 1024);
    /** How many requests are yet to be sent, and answered. */
    private int unsent;
    private int unanswered;

    /** One connection. */
    private static final class Line {
        final ByteBuffer out;
        final HttpAnswerReader answer = new HttpAnswerReader();

        Line(ByteBuffer out) {
            this.out = out;
        }
    }

    private HttpLoad(URI server, byte[] request) throws IOException {
        this.server = server;
        this.request = request;
        this.selector = Selector.open();
    }

    /** A request for one job. */
    public static byte[] job(URI server, QueueName queue, String type, Json payload) {
        return post(server, "/v1/queues/" + queue + "/jobs", "application/json", document(type, payload));
    }

    /** A request for several jobs, as lines. */
    public static byte[] lines(URI server, QueueName queue, Json payload, int jobs) {
        return post(server, "/v1/queues/" + queue + "/jobs:batch", "application/x-ndjson",
                (document(BenchHandlers.NOOP, payload) + "\n").repeat(jobs));
    }

    private static String document(String type, Json payload) {
        return "{\"type\":\"" + type + "\"," + PAYLOAD + payload + "}";
    }

    /** Where the first payload begins in a request. */
    static int payloadAt(byte[] request) {
        return new String(request, StandardCharsets.US_ASCII).indexOf(PAYLOAD) + PAYLOAD.length();
    }

    private static byte[] post(URI server, String path, String type, String body) {
        return ("POST " + path + " HTTP/1.1\r\nHost: " + server.getAuthority() + "\r\nContent-Type: " + type
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Sends a request so many times.
     *
     * @return nanoseconds from the first request to the last answer; connections were made before
     * @throws IOException when an answer is not 202, or none comes for half a minute
     */
    public static long run(URI server, byte[] request, int times, int connections) throws IOException {
        try (HttpLoad load = new HttpLoad(server, request)) {
            load.connect(connections);
            return load.run(times);
        }
    }

    private void connect(int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(server.getHost(), server.getPort()));
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, new Line(ByteBuffer.wrap(request)));
        }
    }

    private long run(int times) throws IOException {
        unsent = times;
        unanswered = times;
        long start = System.nanoTime();
        for (SelectionKey key : selector.keys()) {
            send(key);
        }
        while (unanswered > 0) {
            if (select() == 0) {
                throw new IOException("the server at " + server + " does not answer");
            }
        }
        return System.nanoTime() - start;
    }

    private int select() throws IOException {
        try {
            return selector.select(this::ready, SILENCE_MS);
        } catch (UncheckedIOException e) {
            throw e.getCause() == null ? new IOException(e) : e.getCause();
        }
    }

    private void ready(SelectionKey key) {
        try {
            if (key.isWritable()) {
                write(key);
            }
            if (key.isReadable()) {
                read(key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void send(SelectionKey key) throws IOException {
        if (unsent > 0) {
            unsent--;
            ((Line) key.attachment()).out.rewind();
            write(key);
        }
    }

    private static void write(SelectionKey key) throws IOException {
        ByteBuffer out = ((Line) key.attachment()).out;
        ((SocketChannel) key.channel()).write(out);
        int interest = out.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
        if (key.interestOps() != interest) {
            key.interestOps(interest);
        }
    }

    private void read(SelectionKey key) throws IOException {
        HttpAnswerReader answer = ((Line) key.attachment()).answer;
        received.clear();
        if (((SocketChannel) key.channel()).read(received) < 0) {
            throw new IOException("the server at " + server + " closed a connection");
        }
        received.flip();
        if (!answer.take(received)) {
            return;
        }
        if (answer.status() != ACCEPTED) {
            throw new IOException("the server at " + server + " answered " + answer.status());
        }
        unanswered--;
        send(key);
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }
}
