package io.headrace.cli.terminal;

/** What the process tells its caller; the same for every command. */
public final class ExitCode {
    public static final int DONE = 0;
    public static final int FAILED = 1;
    public static final int USAGE = 2;
    /**
     * An error of the process itself, such as no memory left; the JVM's own {@code ExitOnOutOfMemoryError} says the
     * same.
     */
    public static final int BROKEN = 3;
    /** As {@code EX_UNAVAILABLE} of sysexits: nobody answers, or the service cannot serve now. */
    public static final int UNREACHABLE = 69;

    /** As a shell reports a program that died of SIGPIPE, the usual end of one whose reader has ended. */
    public static final int READER_GONE = 141;

    private ExitCode() {}
}
