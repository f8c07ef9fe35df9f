package io.headrace.bench.process;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Times from the moment a job was meant to be sent to the moment somebody has it. The payload carries the first by the
 * monotonic clock, which all processes of a machine share, in a fixed number of digits at a fixed place, so that
 * neither side spends time on JSON. Thread-safe.
 */
public final class Stamps {
    /** Answers how many were recorded since the last reset. */
    public static final String COUNT = "count";
    /** Forgets what was recorded. */
    public static final String RESET = "reset";
    /** Answers the histogram recorded since the last reset, and forgets it. */
    public static final String HISTOGRAM = "histogram";

    /** Smallest payload that has room for a stamp. */
    static final int MIN_PAYLOAD = payload(0, 0).length;

    private static final String HEAD = "{\"at\":\"";
    private static final int DIGITS = 19;
    private static final long LONGEST_NANOS = 3_600_000_000_000L;
    private static final int PRECISION = 3;

    private final Recorder recorder = new Recorder(LONGEST_NANOS, PRECISION);
    private final java.util.concurrent.atomic.AtomicLong count = new java.util.concurrent.atomic.AtomicLong();

    /** A payload of as many bytes as said, if a stamp has room in them. */
    public static byte[] payload(long atNanos, int bytes) {
        String head = HEAD + digits(atNanos) + "\",\"pad\":\"";
        String tail = "\"}";
        String pad = "x".repeat(Math.max(0, bytes - head.length() - tail.length()));
        return (head + pad + tail).getBytes(StandardCharsets.US_ASCII);
    }

    /** Stamps bytes that hold one payload, somewhere. */
    public static void stamp(byte[] bytes, int payloadAt, long atNanos) {
        byte[] digits = digits(atNanos).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, bytes, payloadAt + HEAD.length(), DIGITS);
    }

    private static String digits(long nanos) {
        String number = Long.toString(nanos);
        return "0".repeat(DIGITS - number.length()) + number;
    }

    /** Records one payload that was handed over now. */
    void record(byte[] payload, long nowNanos) {
        long at = 0;
        for (int i = HEAD.length(); i < HEAD.length() + DIGITS; i++) {
            at = at * 10 + (payload[i] - '0');
        }
        recorder.recordValue(Math.min(LONGEST_NANOS, Math.max(0, nowNanos - at)));
        count.incrementAndGet();
    }

    String answer(String command) {
        return switch (command) {
            case COUNT -> Long.toString(count.get());
            case RESET -> {
                recorder.reset();
                count.set(0);
                yield "done";
            }
            case HISTOGRAM -> encode(recorder.getIntervalHistogram());
            default -> "unknown";
        };
    }

    private static String encode(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(java.util.Arrays.copyOf(buffer.array(), length));
    }

    public static Histogram decode(String line) {
        try {
            return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(line)), 0);
        } catch (DataFormatException e) {
            throw new IllegalStateException("a child process answered no histogram", e);
        }
    }
}
