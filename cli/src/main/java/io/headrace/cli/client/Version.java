package io.headrace.cli.client;

import io.headrace.runtime.Build;
import picocli.CommandLine.IVersionProvider;

/** What this build calls itself. */
public final class Version implements IVersionProvider {
    /** Commit and day; with the version this is what to tell in a report. */
    public static String madeFrom() {
        return "commit " + Build.commit() + ", " + Build.date();
    }

    @Override
    public String[] getVersion() {
        return new String[]{"headrace " + Build.version(), madeFrom()};
    }
}
