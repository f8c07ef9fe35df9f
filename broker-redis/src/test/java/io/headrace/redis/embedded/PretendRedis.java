package io.headrace.redis.embedded;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** A program that answers as the server on somebody's data folder would, and names a process that is none of it. */
final class PretendRedis implements AutoCloseable {
    private final ServerSocket socket;
    private final Path folder;
    private final long pid;

    private PretendRedis(ServerSocket socket, Path folder, long pid) {
        this.socket = socket;
        this.folder = folder;
        this.pid = pid;
    }

    static PretendRedis start(Path folder, long pid) throws IOException {
        PretendRedis redis = new PretendRedis(new ServerSocket(0, 5, InetAddress.getLoopbackAddress()), folder, pid);
        Thread thread = new Thread(redis::serve, "pretend-redis");
        thread.setDaemon(true);
        thread.start();
        return redis;
    }

    int port() {
        return socket.getLocalPort();
    }

    private void serve() {
        while (!socket.isClosed()) {
            try (Socket client = socket.accept();
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    String answer = answer(line.toUpperCase(Locale.ROOT));
                    client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                }
            } catch (IOException e) {
                // the client is gone, or this is closed
            }
        }
    }

    private String answer(String word) {
        return switch (word) {
            case "GET" -> "*2\r\n" + bulk("dir") + bulk(folder.toString());
            case "SERVER" -> bulk("process_id:" + pid);
            case "PING" -> "+PONG\r\n";
            default -> "";
        };
    }

    private static String bulk(String text) {
        return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
