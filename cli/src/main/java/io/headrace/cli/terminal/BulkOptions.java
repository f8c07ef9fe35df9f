package io.headrace.cli.terminal;

import picocli.CommandLine.Option;

/** Options of every verb that changes many jobs at once. */
public final class BulkOptions {
    @Option(names = "--dry-run", description = "Only tell what would be done.")
    public boolean dryRun;

    @Option(names = {"-y", "--yes"}, description = "Do not ask.")
    boolean yes;

    /** Returns when somebody agreed; {@code what} completes the sentence "This will …". */
    public void confirm(Terminal terminal, String what) {
        if (yes) {
            return;
        }
        if (!terminal.inIsTty()) {
            throw CommandFailed.usage("this would " + what + "; nobody is there to ask, so say --yes or --dry-run");
        }
        if (!terminal.confirm("This will " + what + ". Go on?")) {
            throw CommandFailed.failed("nothing was done");
        }
    }
}
