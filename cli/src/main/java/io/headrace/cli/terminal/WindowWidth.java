package io.headrace.cli.terminal;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How wide the window of a terminal is. The JDK does not tell and JLine takes long to load, so {@code stty} is asked.
 */
final class WindowWidth {
    /** Overrides what the terminal says, as POSIX has it. */
    private static final String VARIABLE = "COLUMNS";
    /** Set by {@code bin/headrace}. */
    private static final String PROPERTY = "headrace.columns";
    private static final int NARROWEST = 20;
    private static final int WIDEST = 10_000;
    private static final long PATIENCE_MS = 500;
    private static final Pattern SIZE = Pattern.compile("\\d+ (\\d+)\\s*");

    private WindowWidth() {}

    /**
     * Takes some milliseconds.
     *
     * @param descriptor of what is a terminal
     * @return {@value Terminal#COLUMNS} when it does not tell
     */
    static int of(int descriptor, Map<String, String> environment) {
        String given = environment.getOrDefault(VARIABLE, "");
        if (given.matches("[0-9]{1,5}")) {
            return clamped(Integer.parseInt(given));
        }
        Matcher size = SIZE.matcher(stty(device(descriptor)));
        return size.matches() ? clamped(Integer.parseInt(size.group(1))) : Terminal.COLUMNS;
    }

    /**
     * What the launcher has found out when it started this process; 0 when nothing, or when {@code COLUMNS} overrides
     * it.
     */
    static int atStart(Map<String, String> environment) {
        int told = Integer.getInteger(PROPERTY, 0);
        return told <= 0 || environment.containsKey(VARIABLE) ? 0 : clamped(told);
    }

    /** A window that says that it has no width does not know it. */
    private static int clamped(int columns) {
        return columns <= 0 ? Terminal.COLUMNS : Math.max(NARROWEST, Math.min(WIDEST, columns));
    }

    private static File device(int descriptor) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toFile();
        } catch (IOException e) {
            return new File("/dev/tty");
        }
    }

    private static String stty(File device) {
        if (!device.getPath().startsWith("/dev/")) {
            return "";
        }
        try {
            Process stty = new ProcessBuilder("stty", "size").redirectInput(device)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            try {
                return stty.waitFor(PATIENCE_MS, TimeUnit.MILLISECONDS)
                        ? new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                        : "";
            } finally {
                stty.destroy();
            }
        } catch (IOException e) {
            return ""; // there is no stty, or no terminal any more
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
