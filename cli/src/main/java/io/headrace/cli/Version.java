package io.headrace.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What this build calls itself. */
final class Version implements IVersionProvider {
    /** From the manifest of the jar; {@code dev} when classes run from a folder. */
    static String text() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion()).orElse("dev");
    }

    @Override
    public String[] getVersion() {
        return new String[]{"headrace " + text()};
    }
}
