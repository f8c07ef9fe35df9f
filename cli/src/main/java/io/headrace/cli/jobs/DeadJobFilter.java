package io.headrace.cli.jobs;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select dead jobs. */
final class DeadJobFilter extends JobFilter {
    @Option(names = "--fingerprint", paramLabel = "TEXT", description = {
        "Only jobs of this group; 'headrace dead groups' tells it."})
    @Nullable
    String fingerprint;

    @Override
    String words() {
        return super.words() + (fingerprint == null ? "" : " of group '" + fingerprint + "'");
    }
}
