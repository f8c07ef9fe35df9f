package io.headrace.redis.connection;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The Lua transitions, a file each. They run by digest; their text travels with the jar, so two versions of Headrace
 * can work on one Redis. A line {@code --@include name} stands for the text of {@code shared/name.lua}, in which there
 * may be more of them; each text comes once.
 */
public enum Script {
    CREATE, LOOK_UP_QUEUE, ENQUEUE, NEWEST, READY_QUEUES, CLAIM, PROMOTE_DUE, RECALL, ANNOUNCE_CLAIMED, RECLAIM, RENEW,
    RETIME,
    FINISH, AWAIT, RETRY, PARK, BURY, RELEASE, REPORT, FIND, WATCH, FORGET, TIDY,
    CANCEL, RETRY_DEAD, RUN_NOW, DELETE_DEAD, DELETE_QUEUE, INSPECT, LIST_LINE, LIST_INDEX, PLACE_IN_LINE, RECORD,
    KEEP_KEY, WRITE, WRITABLE, MISSING_RIGHTS,
    CHECK_QUEUE("doctor/"), CHECK_SETTINGS("doctor/"), CHECK_LINE("doctor/"), CHECK_LEASES("doctor/"),
    CHECK_RUNNING("doctor/"), CHECK_CONSUMERS("doctor/"), CHECK_INDEX("doctor/"), CHECK_MARKS("doctor/"),
    CHECK_LOCKS("doctor/"), CHECK_KEPT("doctor/"), CHECK_TOTAL("doctor/"), CHECK_KEYS("doctor/"), ADOPT("doctor/");

    private static final String INCLUDE = "--@include ";

    private final byte[] source;
    private final byte[] digest;

    Script() {
        this("");
    }

    Script(String folder) {
        String text = read(folder + name().toLowerCase(Locale.ROOT), new HashSet<>());
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

    /** @param included the names of the texts that came before */
    private static String read(String name, Set<String> included) {
        String path = "/io/headrace/redis/lua/" + name + ".lua";
        try (InputStream in = Script.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("the jar lacks " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .map(line -> line.startsWith(INCLUDE) ? include(line.substring(INCLUDE.length()).strip(), included)
                            : line)
                    .collect(Collectors.joining("\n"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private static String include(String name, Set<String> included) {
        return included.add(name) ? read("shared/" + name, included) : "";
    }

    private static byte[] sha1(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
