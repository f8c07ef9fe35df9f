package io.headrace.cli.terminal;

import java.io.IOException;

/** What was to be printed could not be written: the command ends, as nobody gets its results. */
public final class OutputLost extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final boolean readerGone;

    /** @param readerGone whether it went to a program that has ended, which is that program's right */
    OutputLost(IOException cause, boolean readerGone) {
        super("cannot write the output: " + cause.getMessage(), cause);
        this.readerGone = readerGone;
    }

    public boolean readerGone() {
        return readerGone;
    }
}
