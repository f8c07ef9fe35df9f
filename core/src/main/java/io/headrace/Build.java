package io.headrace;

import java.util.Optional;

/** Which Headrace this is. */
public final class Build {
    private static final String VERSION = Optional.ofNullable(Build.class.getPackage().getImplementationVersion())
            .orElse("dev");

    private Build() {}

    /** As the manifest of the jar says; {@code dev} when classes run from a folder. */
    public static String version() {
        return VERSION;
    }
}
