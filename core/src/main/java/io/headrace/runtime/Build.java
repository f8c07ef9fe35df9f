package io.headrace.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;

/** The version of Headrace that runs here, and what it was built from. */
public final class Build {
    private static final String VERSION = Optional.ofNullable(Build.class.getPackage().getImplementationVersion())
            .orElse("dev");
    private static final Properties MADE_FROM = read();

    private Build() {}

    /** As the manifest of the jar says; {@code dev} when classes run from a folder. */
    public static String version() {
        return VERSION;
    }

    /**
     * The commit it was made from, 12 digits, with {@code -changed} when files differed from it; {@code unknown} when
     * it was not made in a checkout.
     */
    public static String commit() {
        String commit = told("commit");
        return told("changed").equals("true") ? commit + "-changed" : commit;
    }

    /** The day of that commit, such as {@code 2026-11-28}; {@code unknown} likewise. */
    public static String date() {
        return told("date");
    }

    /** Outside of a checkout the build leaves its placeholders. */
    private static String told(String name) {
        String value = MADE_FROM.getProperty(name, "");
        return value.isEmpty() || value.startsWith("$") ? "unknown" : value;
    }

    private static Properties read() {
        Properties properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("/io/headrace/build.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the jar cannot be read", e);
        }
        return properties;
    }
}
