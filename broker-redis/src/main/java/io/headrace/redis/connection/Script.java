package io.headrace.redis.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The Lua transitions, a file each. They run by digest; their text travels with the jar, so two versions of Headrace
 * can work on one Redis. A line {@code --@include name} stands for the text of {@code shared/name.lua}.
 */
public enum Script {
    CREATE, ENQUEUE, LOOK, CLAIM, TAKEN, RECLAIM, RENEW, RETIME, FINISH, AWAIT, RETRY, PARK, BURY, RELEASE, REPORT,
    FIND,
    CANCEL,
    REQUEUE,
    RUN_NOW,
    DELETE_DEAD, INSPECT, LINE, STEP, SPOT, NEWEST, KNOWN, FORGET, WATCH, WRITE, CHECK_LINE, CHECK_LEASES,
    CHECK_RUNNING,
    CHECK_INDEX,
    CHECK_MARKS,
    CHECK_KEYS, CHECK_LOCKS,
    CHECK_QUEUE, CHECK_CONSUMERS, CHECK_KEPT, CHECK_TOTAL, CHECK_SETTINGS, CHECK_RIGHTS, ADOPT, KEEP_KEY, TIDY, READY,
    RECORD, DELETE_QUEUE;

    private static final String INCLUDE = "--@include ";

    private final byte[] source;
    private final byte[] digest;

    Script() {
        String text = read(name().toLowerCase(Locale.ROOT)).lines()
                .map(line -> line.startsWith(INCLUDE) ? read("shared/" + line.substring(INCLUDE.length()).strip())
                        : line)
                .collect(Collectors.joining("\n"));
        source = text.getBytes(StandardCharsets.UTF_8);
        digest = HexFormat.of().formatHex(sha1(source)).getBytes(StandardCharsets.US_ASCII);
    }

    /** The whole text. */
    public byte[] source() {
        return source;
    }

    /** Its SHA-1 in hexadecimal, as EVALSHA takes it. */
    public byte[] digest() {
        return digest;
    }

    private static String read(String name) {
        String path = "/io/headrace/redis/lua/" + name + ".lua";
        try (InputStream in = Script.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static byte[] sha1(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
