package io.headrace.contract.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.format.JsonFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends an API requests that no well-meaning client sends, over raw sockets and from several threads, and looks at what
 * comes back: never a 5xx, a problem document with every 4xx, and an end of every connection in time. The requests
 * follow from a seed, so a run can be repeated.
 */
public final class HttpFuzz {
    private static final int THREADS = 16;
    /** So many violations are kept; a run that finds more is bad enough. */
    private static final int MAX_SHOWN = 20;
    private static final int MAX_BODY = 4 * 1024 * 1024;

    private final URI api;
    private final long seed;
    private final int patienceMs;
    private final HostileRequests requests;
    private final Queue<String> violations = new ConcurrentLinkedQueue<>();
    private final AtomicInteger violated = new AtomicInteger();
    private final Map<String, Integer> statuses = new ConcurrentSkipListMap<>();

    /**
     * @param patienceMs how long the server may keep a connection from which nothing more comes; above its body timeout
     */
    public HttpFuzz(URI api, long seed, int patienceMs) {
        this.api = api;
        this.seed = seed;
        this.patienceMs = patienceMs;
        this.requests = new HostileRequests(seed);
    }

    /**
     * What became of a run.
     *
     * @param statuses how often each status was answered; {@code none} where the connection just ended
     * @param violations the first of what must not be, with the numbers of the requests
     */
    public record Outcome(long seed, int requests, Map<String, Integer> statuses, int violated,
            List<String> violations) {
        public Outcome {
            statuses = new TreeMap<>(statuses);
            violations = List.copyOf(violations);
        }
    }

    /** Sends so many requests, and returns when the last has ended. */
    public Outcome run(int count) throws InterruptedException {
        AtomicLong next = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Thread thread = new Thread(() -> {
                for (long n = next.getAndIncrement(); n < count; n = next.getAndIncrement()) {
                    send(n);
                }
            }, "fuzz-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return new Outcome(seed, count, statuses, violated.get(), violations.stream().toList());
    }

    private void send(long number) {
        HostileRequest request = requests.request(number);
        String status = "none";
        try (Socket socket = new Socket(api.getHost(), api.getPort())) {
            socket.setSoTimeout(patienceMs);
            socket.setTcpNoDelay(true);
            write(socket, request);
            switch (request.end()) {
                case RESET -> socket.setSoLinger(true, 0);
                case GO -> status = "gone";
                default -> status = read(socket, request, number);
            }
        } catch (SocketTimeoutException e) {
            violation(number, request, "the connection is stuck: nothing came in " + patienceMs + " ms");
        } catch (SocketException e) {
            status = "reset"; // it sent more than the server wanted to read
        } catch (IOException e) {
            violation(number, request, "failed: " + e);
        }
        statuses.merge(status, 1, Integer::sum);
    }

    private static void write(Socket socket, HostileRequest request) throws IOException {
        OutputStream out = socket.getOutputStream();
        try {
            for (byte[] piece : request.pieces()) {
                if (request.pauseMs() > 0) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(request.pauseMs()));
                }
                out.write(piece);
                out.flush();
            }
            if (request.end() == HostileRequest.End.HALF_CLOSE) {
                socket.shutdownOutput();
            }
        } catch (SocketException e) {
            if (socket.getInputStream().available() == 0) {
                throw e;
            }
        }
    }

    /** The status of the first final answer, or {@code none}. */
    private String read(Socket socket, HostileRequest request, long number) throws IOException {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        Answer answer = Answer.read(in);
        while (answer != null && answer.status() >= 100 && answer.status() < 200) {
            answer = Answer.read(in);
        }
        if (answer == null) {
            if (request.answered()) {
                violation(number, request, "the connection ended without an answer");
            }
            return "none";
        }
        judge(number, request, answer, in);
        socket.setSoLinger(true, 0); // what else was on the way is not waited for
        return Integer.toString(answer.status());
    }

    private void judge(long number, HostileRequest request, Answer answer, InputStream in) throws IOException {
        int status = answer.status();
        if (status >= 500 || status < 200) {
            violation(number, request, "was answered " + status + " " + text(body(answer, in)));
        } else if (status >= 400) {
            String type = answer.headers().getOrDefault("content-type", "");
            byte[] body = body(answer, in);
            boolean head = request.headOnly() && body.length == 0;
            if (!head && (!type.equals("application/problem+json") || !isProblem(body, status))) {
                violation(number, request, status + " came without a problem: " + type + " " + text(body));
            }
        } else if (!request.headOnly() && answer.headers().containsKey("content-length")) {
            body(answer, in);
        }
    }

    private static byte[] body(Answer answer, InputStream in) throws IOException {
        String length = answer.headers().get("content-length");
        if (length != null) {
            return in.readNBytes(Math.min(MAX_BODY, Integer.parseInt(length)));
        }
        return answer.headers().containsKey("transfer-encoding") ? new byte[0] : in.readNBytes(MAX_BODY);
    }

    private static boolean isProblem(byte[] body, int status) {
        try {
            JsonNode problem = JsonFormat.mapper().readTree(body);
            return problem != null && problem.path("type").asText().startsWith("/problems/")
                    && problem.path("status").asInt() == status && !problem.path("title").asText().isEmpty()
                    && !problem.path("detail").asText().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private void violation(long number, HostileRequest request, String what) {
        if (violated.getAndIncrement() < MAX_SHOWN) {
            String sent = text(request.pieces().get(0));
            violations.add("request " + number + " (" + cut(request.what()) + "): " + what + " | sent: " + cut(sent));
        }
    }

    private static String text(byte[] bytes) {
        return cut(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static String cut(String text) {
        String start = text.length() <= 400 ? text : text.substring(0, 400) + "…";
        return start.replace("\r", "\\r").replace("\n", "\\n").replaceAll("\\p{Cntrl}", "?");
    }

    /** The head of an answer. */
    private record Answer(int status, Map<String, String> headers) {
        /** Null when the connection ended instead. */
        static @org.jspecify.annotations.Nullable Answer read(InputStream in) throws IOException {
            String first = line(in);
            if (first == null) {
                return null;
            }
            String[] words = first.split(" ", 3);
            if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[1-5][0-9]{2}")) {
                throw new IOException("not an answer: " + cut(first));
            }
            Map<String, String> headers = new TreeMap<>();
            for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
                int colon = line.indexOf(':');
                headers.put(line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip());
            }
            return new Answer(Integer.parseInt(words[1]), headers);
        }

        private static @org.jspecify.annotations.Nullable String line(InputStream in) throws IOException {
            StringBuilder line = new StringBuilder();
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    return line.toString().stripTrailing();
                }
                line.append((char) b);
            }
            return line.length() == 0 ? null : line.toString();
        }
    }
}
