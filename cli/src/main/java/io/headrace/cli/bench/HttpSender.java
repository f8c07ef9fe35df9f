package io.headrace.cli.bench;

import io.headrace.QueueName;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Posts jobs over a keep-alive connection of its own. Requests are rendered once and only stamped anew, so that the load takes
 * little from the cores that it shares with what it measures. It knows as much of HTTP as the api's answers need. Used by one
 * thread.
 */
final class HttpSender implements OpenLoad.Sender {
    private static final int TIMEOUT_MS = (int) Duration.ofSeconds(30).toMillis();
    private static final int ACCEPTED = 202;

    private final URI api;
    private final byte[] request;
    private final int jobs;
    /** Where a stamp goes, or -1. */
    private final int payloadAt;
    private @Nullable Socket socket;
    private @Nullable InputStream in;

    private HttpSender(URI api, byte[] request, int jobs, int payloadAt) {
        this.api = api;
        this.request = request;
        this.jobs = jobs;
        this.payloadAt = payloadAt;
    }

    /** Sends a job a request, each with a {@link Stamps} payload. */
    static HttpSender stamped(URI api, QueueName queue, String type, int payloadBytes) {
        String body = job(type, Stamps.payload(0, payloadBytes));
        String head = head(api, queue, "jobs", "application/json", body.length());
        int at = head.length() + body.indexOf("\"payload\":") + "\"payload\":".length();
        return new HttpSender(api, bytes(head + body), 1, at);
    }

    /** Sends some jobs a request, as lines. */
    static HttpSender lines(URI api, QueueName queue, String type, byte[] payload, int jobs) {
        String body = (job(type, payload) + "\n").repeat(jobs);
        String head = head(api, queue, "jobs:batch", "application/x-ndjson", body.length());
        return new HttpSender(api, bytes(head + body), jobs, -1);
    }

    private static String job(String type, byte[] payload) {
        return "{\"type\":\"" + type + "\",\"payload\":" + new String(payload, StandardCharsets.US_ASCII) + "}";
    }

    private static String head(URI api, QueueName queue, String call, String type, int length) {
        return "POST /v1/queues/" + queue.value() + "/" + call + " HTTP/1.1\r\nHost: " + api.getAuthority()
                + "\r\nContent-Type: " + type + "\r\nContent-Length: " + length + "\r\n\r\n";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public int send(long atNanos) throws IOException {
        if (payloadAt >= 0) {
            Stamps.stamp(request, payloadAt, atNanos);
        }
        try {
            Socket connected = connected();
            OutputStream out = connected.getOutputStream();
            out.write(request);
            out.flush();
            return accepted(in == null ? connected.getInputStream() : in);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private Socket connected() throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket(api.getHost(), api.getPort());
            open.setTcpNoDelay(true);
            open.setSoTimeout(TIMEOUT_MS);
            socket = open;
            in = new BufferedInputStream(open.getInputStream());
        }
        return open;
    }

    private int accepted(InputStream answer) throws IOException {
        String status = line(answer);
        int length = 0;
        for (String header = line(answer); !header.isEmpty(); header = line(answer)) {
            int colon = header.indexOf(':');
            String name = header.substring(0, colon);
            if (name.equalsIgnoreCase("content-length")) {
                length = Integer.parseInt(header.substring(colon + 1).strip());
            } else if (name.equalsIgnoreCase("transfer-encoding")) {
                length = -1;
            }
        }
        String body = length < 0 ? chunks(answer) : text(answer, length);
        if (!status.startsWith("HTTP/1.1 " + ACCEPTED)) {
            throw new IOException("the api answered " + status + " " + body);
        }
        if (jobs > 1 && !body.startsWith("{\"accepted\":" + jobs + ",")) {
            throw new IOException("the api took not all jobs of a batch: " + body);
        }
        return jobs;
    }

    private static String chunks(InputStream in) throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            int length = Integer.parseInt(line(in), 16);
            body.append(text(in, length));
            line(in);
            if (length == 0) {
                return body.toString();
            }
        }
    }

    private static String text(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the api closed the connection");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the api closed the connection");
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        Socket open = socket;
        socket = null;
        in = null;
        if (open != null) {
            open.close();
        }
    }
}
