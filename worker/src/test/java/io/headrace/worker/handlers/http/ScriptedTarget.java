package io.headrace.worker.handlers.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A target that answers byte by byte as a test says, and tells what it got. Each connection has a thread. */
final class ScriptedTarget implements AutoCloseable {
    private final ServerSocket listening;
    private final Script script;
    final List<String> requests = new CopyOnWriteArrayList<>();
    /** Completed when a client has closed a connection that the script left open. */
    final CompletableFuture<Void> left = new CompletableFuture<>();

    /** What becomes of a connection. Returning closes it. */
    interface Script {
        void serve(Connection connection) throws IOException;
    }

    /** One connection of a client. */
    final class Connection {
        private final Socket socket;
        private final InputStream input;
        private final int number;

        private Connection(Socket socket, int number) throws IOException {
            this.socket = socket;
            this.input = socket.getInputStream();
            this.number = number;
        }

        /** From 1, in the order in which they were opened. */
        int number() {
            return number;
        }

        /** The next request, or null when the client has closed the connection. */
        @Nullable
        String request() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                int next = input.read();
                if (next < 0) {
                    return null;
                }
                all.write(next);
                head = all.toString(StandardCharsets.UTF_8);
            }
            int length = Integer.parseInt(head.replaceAll("(?is).*content-length: (\\d+).*", "$1"));
            String request = head + new String(input.readNBytes(length), StandardCharsets.UTF_8);
            requests.add(request);
            return request;
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
        }

        void send(String ascii) throws IOException {
            send(ascii.getBytes(StandardCharsets.ISO_8859_1));
        }

        void answer(String headers, byte[] body) throws IOException {
            send("HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + body.length + "\r\n\r\n");
            send(body);
        }

        /** Waits for the client to close. */
        void awaitEnd() throws IOException {
            try {
                if (input.read() < 0) {
                    left.complete(null);
                }
            } catch (SocketException e) {
                left.complete(null);
            }
        }
    }

    ScriptedTarget(Script script) throws IOException {
        this.script = script;
        listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::listen);
    }

    String url() {
        return "http://127.0.0.1:" + listening.getLocalPort();
    }

    int port() {
        return listening.getLocalPort();
    }

    private void listen() {
        for (int number = 1;; number++) {
            try {
                Connection connection = new Connection(listening.accept(), number);
                start(() -> serve(connection));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Connection connection) {
        try (Socket socket = connection.socket) {
            script.serve(connection);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "scripted-target");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
