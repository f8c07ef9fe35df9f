package io.headrace.cli.terminal;

import java.io.IOException;
import java.io.OutputStream;

/**
 * Where results go. A {@link java.io.PrintStream} swallows what cannot be written; this ends the command by
 * {@link OutputLost}.
 */
final class ResultStream extends OutputStream {
    private final OutputStream target;
    private final boolean pipe;

    /** @param pipe whether another program reads it */
    ResultStream(OutputStream target, boolean pipe) {
        this.target = target;
        this.pipe = pipe;
    }

    @Override
    public void write(int b) {
        write(new byte[]{(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
        try {
            target.write(bytes, offset, length);
        } catch (IOException e) {
            throw new OutputLost(e, pipe);
        }
    }

    @Override
    public void flush() {
        try {
            target.flush();
        } catch (IOException e) {
            throw new OutputLost(e, pipe);
        }
    }
}
