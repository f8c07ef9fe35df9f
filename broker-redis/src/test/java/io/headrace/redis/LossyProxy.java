package io.headrace.redis;

import io.headrace.redis.connection.Script;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Stands before a Redis and loses the answer to the first call of a script or a command, with the connection. */
public final class LossyProxy implements AutoCloseable {
    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final int redis;
    private final String mark;
    private final AtomicInteger lost = new AtomicInteger();
    /** Comes before the next flush with the mark that gets its answer; null when nothing does. */
    private final AtomicReference<@Nullable Runnable> before = new AtomicReference<>();

    public LossyProxy(int redis, Script script) throws IOException {
        this(redis, new String(script.digest(), StandardCharsets.ISO_8859_1));
    }

    /** @param mark what a flush contains whose answer is lost */
    public LossyProxy(int redis, String mark) throws IOException {
        this.redis = redis;
        this.mark = mark;
        start(() -> {
            while (!door.isClosed()) {
                Socket client = door.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), this.redis);
                start(() -> carry(client, server));
            }
        });
    }

    public int port() {
        return door.getLocalPort();
    }

    /** Does something between what was sent before and the next flush with the mark whose answer is not lost. */
    public void beforeNext(Runnable step) {
        before.set(step);
    }

    public int lost() {
        return lost.get();
    }

    /** Something that ends with its sockets. */
    private interface Step {
        void run() throws IOException;
    }

    private static void start(Step step) {
        Thread thread = new Thread(() -> {
            try {
                step.run();
            } catch (IOException e) {
                Thread.currentThread().interrupt(); // a socket was closed: that is its end
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** Requests and answers take turns: Jedis sends a flush and waits. */
    private void carry(Socket client, Socket server) throws IOException {
        start(() -> {
            try (client; server) {
                copy(server.getInputStream(), client.getOutputStream());
            }
        });
        try (client; server) {
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                boolean marked = new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(mark);
                Runnable step = marked && lost.get() > 0 ? before.getAndSet(null) : null;
                if (step != null) {
                    step.run();
                }
                if (marked && lost.compareAndSet(0, 1)) {
                    client.shutdownOutput(); // the other thread cannot write the answer any more
                    out.write(buffer, 0, n);
                    out.flush();
                    server.shutdownOutput();
                    while (server.getInputStream().read() >= 0) {
                        // the answer has been given, and goes nowhere
                    }
                    return;
                }
                out.write(buffer, 0, n);
                out.flush();
            }
        }
    }

    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
