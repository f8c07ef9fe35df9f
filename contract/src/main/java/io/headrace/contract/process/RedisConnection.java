package io.headrace.contract.process;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A connection of a test's own to a Redis on loopback, to ask and to command it. Used by one thread. */
public final class RedisConnection implements AutoCloseable {
    private final Socket socket;
    private final RespStream replies;
    private final OutputStream out;

    /** Connects; the bound holds for connecting and for each reply. */
    public RedisConnection(int port, Duration atMost) throws IOException {
        socket = new Socket();
        int millis = Math.toIntExact(atMost.toMillis());
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
            socket.setSoTimeout(millis);
            replies = new RespStream(socket.getInputStream());
            out = new BufferedOutputStream(socket.getOutputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Sends one command.
     *
     * @return a String, a Long, a list of such, or null
     * @throws IOException also when Redis answers an error, with its text
     */
    public @Nullable Object call(String... words) throws IOException {
        RespStream.send(out, Stream.of(words).map(word -> word.getBytes(StandardCharsets.UTF_8)).toList());
        Object reply = replies.reply();
        if (reply instanceof RespStream.RedisError error) {
            throw new IOException(words[0] + " was answered: " + error.message());
        }
        return text(reply);
    }

    /** The same where the reply is one text. */
    public String ask(String... words) throws IOException {
        return String.valueOf(call(words));
    }

    /** The same where the reply is a list of texts and numbers; nothing counts as an empty one. */
    public List<String> list(String... words) throws IOException {
        Object reply = call(words);
        return reply instanceof List<?> all ? all.stream().map(String::valueOf).toList() : List.of();
    }

    private static @Nullable Object text(@Nullable Object reply) {
        if (reply instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        return reply instanceof List<?> all ? all.stream().map(each -> String.valueOf(text(each))).toList() : reply;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
