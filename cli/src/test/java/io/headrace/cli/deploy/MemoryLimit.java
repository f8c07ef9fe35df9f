package io.headrace.cli.deploy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How much memory a process of the deploy files may use, in bytes. */
record MemoryLimit(long bytes) {
    /** The share of it that the image and the units give to the heap, in percent. */
    static final int HEAP = 50;
    /** What an api took beside a full heap, at worst. */
    private static final long JVM = 250_000_000;
    private static final Pattern FORM = Pattern.compile("([0-9]+)([MG])");

    /** Reads {@code 640M} or {@code 1G}, where 1 M are 1,048,576 bytes as compose and systemd have it. */
    static MemoryLimit of(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(text);
        }
        return new MemoryLimit(Long.parseLong(form.group(1)) << (form.group(2).equals("M") ? 20 : 30));
    }

    boolean holdsAFullHeap() {
        return bytes * HEAP / 100 + JVM <= bytes;
    }
}
