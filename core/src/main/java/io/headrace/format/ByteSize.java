package io.headrace.format;

import java.util.List;
import java.util.Locale;

/** How sizes are told to people, by every command and by the dashboard. */
public final class ByteSize {
    private ByteSize() {}

    /** In steps of 1024: {@code 512 B}, {@code 1.4 GiB}, {@code 123 MiB}. */
    public static String format(long bytes) {
        double size = bytes;
        String unit = "B";
        for (String next : List.of("KiB", "MiB", "GiB", "TiB")) {
            if (size < 1023.5) { // what would be rounded to 1024 is one of the next
                break;
            }
            size /= 1024;
            unit = next;
        }
        return unit.equals("B") ? bytes + " B"
                : String.format(Locale.ROOT, size < 99.95 ? "%.1f" : "%.0f", size) + " " + unit;
    }
}
