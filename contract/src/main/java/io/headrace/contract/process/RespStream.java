package io.headrace.contract.process;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol that Redis speaks and writes into its append-only file (RESP2). Used by one thread. */
public final class RespStream {
    private final InputStream in;
    private long read;

    public RespStream(InputStream in) {
        this.in = new BufferedInputStream(in, 256 * 1024);
    }

    /** An error that Redis answered. */
    public record RedisError(String message) {}

    /** How many bytes have been used up. */
    public long position() {
        return read;
    }

    /** Whether the stream is at its end. */
    public boolean atEnd() throws IOException {
        in.mark(1);
        int next = in.read();
        in.reset();
        return next < 0;
    }

    /** The next command: an array of bulk strings. Lines that begin with {@code #} are skipped. */
    public List<byte[]> command() throws IOException {
        int kind = next();
        while (kind == '#') {
            line();
            kind = next();
        }
        if (kind != '*') {
            throw new IOException("expected a command at byte " + read + ", found '" + (char) kind + "'");
        }
        int size = Integer.parseInt(line());
        List<byte[]> words = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            if (next() != '$') {
                throw new IOException("expected a word at byte " + read);
            }
            words.add(bytes(Integer.parseInt(line())));
        }
        return words;
    }

    /** The next reply: String, Long, byte[], List, RedisError, or null. */
    public @Nullable Object reply() throws IOException {
        int kind = next();
        String line = line();
        return switch (kind) {
            case '+' -> line;
            case '-' -> new RedisError(line);
            case ':' -> Long.parseLong(line);
            case '$' -> line.equals("-1") ? null : bytes(Integer.parseInt(line));
            case '*' -> line.equals("-1") ? null : list(Integer.parseInt(line));
            default -> throw new IOException("unknown kind of reply '" + (char) kind + "'");
        };
    }

    private List<@Nullable Object> list(int size) throws IOException {
        List<@Nullable Object> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            all.add(reply());
        }
        return all;
    }

    private int next() throws IOException {
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the stream ends at byte " + read);
        }
        read++;
        return b;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        int b = next();
        while (b != '\r') {
            line.append((char) b);
            b = next();
        }
        next();
        return line.toString();
    }

    private byte[] bytes(int length) throws IOException {
        byte[] all = in.readNBytes(length);
        read += all.length;
        if (all.length < length) {
            throw new EOFException("the stream ends at byte " + read);
        }
        next();
        next();
        return all;
    }

    public static void send(OutputStream out, List<byte[]> words) throws IOException {
        StringBuilder head = new StringBuilder();
        head.append('*').append(words.size()).append("\r\n");
        out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
        for (byte[] word : words) {
            out.write(("$" + word.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(word);
            out.write('\r');
            out.write('\n');
        }
        out.flush();
    }
}
