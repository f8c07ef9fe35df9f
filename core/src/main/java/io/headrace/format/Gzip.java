package io.headrace.format;

import java.io.ByteArrayOutputStream;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.jspecify.annotations.Nullable;

/**
 * Gzip (RFC 1952) as HTTP carries it: whole, or as a stream of blocks that were compressed each for itself. A block
 * knows nothing of what came before it, so the same bytes can be sent to everybody, and a stream keeps no compressor:
 * 12 bytes of checksum and length instead of 256 KiB. Used by one thread.
 */
public final class Gzip {
    /** The name of it in HTTP. */
    public static final String NAME = "gzip";

    /** What is shorter fits into one packet with its headers anyway. */
    public static final int WORTH_BYTES = 1024;

    /** No name, no time, any system. */
    private static final byte[] HEAD = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
    /** The last block, empty. */
    private static final byte[] LAST_BLOCK = {3, 0};
    private static final int LEVEL = 6;

    private final CRC32 checksum = new CRC32();
    private long length;

    /** What an HTTP message with these bytes carries, which callers must not change meanwhile. */
    public static byte[] of(byte[] plain) {
        return of(plain, LEVEL);
    }

    /** The same for what is compressed once and sent often. */
    public static byte[] smallest(byte[] plain) {
        return of(plain, Deflater.BEST_COMPRESSION);
    }

    private static byte[] of(byte[] plain, int level) {
        Gzip gzip = new Gzip();
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(64, plain.length / 4));
        out.writeBytes(gzip.head());
        deflate(plain, level, Deflater.NO_FLUSH, out);
        gzip.add(plain);
        out.writeBytes(gzip.sums());
        return out.toByteArray();
    }

    /** A part of any stream; made once, it may be sent by many. */
    public static byte[] block(byte[] plain) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(Math.max(64, plain.length / 4));
        deflate(plain, LEVEL, Deflater.SYNC_FLUSH, out);
        return out.toByteArray();
    }

    private static void deflate(byte[] plain, int level, int flush, ByteArrayOutputStream out) {
        Deflater deflater = new Deflater(level, true);
        try {
            deflater.setInput(plain);
            if (flush == Deflater.NO_FLUSH) {
                deflater.finish();
            }
            byte[] some = new byte[Math.min(8192, plain.length + 64)];
            int n;
            do {
                n = deflater.deflate(some, 0, some.length, flush);
                out.write(some, 0, n);
            } while (n == some.length);
        } finally {
            deflater.end();
        }
    }

    /** What a stream begins with. */
    public byte[] head() {
        return HEAD.clone();
    }

    /** Notes that the {@link #block} of these bytes is sent. */
    public void add(byte[] plain) {
        checksum.update(plain);
        length += plain.length;
    }

    /** What a stream of blocks ends with: without it, its reader takes it for broken off. */
    public byte[] tail() {
        byte[] sums = sums();
        byte[] tail = new byte[LAST_BLOCK.length + sums.length];
        System.arraycopy(LAST_BLOCK, 0, tail, 0, LAST_BLOCK.length);
        System.arraycopy(sums, 0, tail, LAST_BLOCK.length, sums.length);
        return tail;
    }

    private byte[] sums() {
        byte[] sums = new byte[8];
        for (int i = 0; i < 4; i++) {
            sums[i] = (byte) (checksum.getValue() >>> (8 * i));
            sums[4 + i] = (byte) (length >>> (8 * i));
        }
        return sums;
    }

    /**
     * Whether a client wants gzip rather than the bytes as they are, which it may always be sent.
     *
     * @param accepted its header {@code Accept-Encoding}, of several lines joined by commas; null when it has none
     */
    public static boolean wanted(@Nullable String accepted) {
        if (accepted == null) {
            return false;
        }
        double gzip = -1;
        double any = -1;
        double plain = 0;
        for (String part : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] words = part.split(";", 2);
            double weight = words.length == 1 ? 1 : weight(words[1]);
            switch (words[0].strip()) {
                case NAME, "x-gzip" -> gzip = Math.max(gzip, weight);
                case "*" -> any = weight;
                case "identity" -> plain = weight;
                default -> {
                    // a coding that nothing is written in here
                }
            }
        }
        double given = gzip < 0 ? any : gzip;
        return given > 0 && given >= plain;
    }

    /** What cannot be read counts as a refusal: plain bytes are never wrong. */
    private static double weight(String parameter) {
        String text = parameter.strip().replaceFirst("^q\\s*=\\s*", "");
        return text.matches("(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)") ? Double.parseDouble(text) : 0;
    }
}
