package io.headrace.cli.jobs;

import io.headrace.JobType;
import io.headrace.QueueName;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select jobs. */
class JobFilter {
    @Option(names = {"-q", "--queue"}, paramLabel = "NAME", description = "Their queue; default is 'default'.")
    QueueName queue = QueueName.DEFAULT;

    @Option(names = "--type", paramLabel = "TYPE", description = "Only jobs of this type.")
    @Nullable
    JobType type;

    @Option(names = "--error", paramLabel = "TEXT", description = "Only jobs whose error type contains this.")
    @Nullable
    String error;

    /** {@code of type 'x' with error 'y'}, or nothing. */
    String words() {
        return (type == null ? "" : " of type '" + type + "'") + (error == null ? "" : " with error '" + error + "'");
    }
}
