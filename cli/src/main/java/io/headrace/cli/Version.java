package io.headrace.cli;

import io.headrace.Build;
import picocli.CommandLine.IVersionProvider;

/** What this build calls itself. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[]{"headrace " + Build.version()};
    }
}
