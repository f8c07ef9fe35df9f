package io.headrace.api;

import io.headrace.JobId;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerOperator;

/** Follows jobs, each for one client. Thread-safe. */
record JobFeeds(Broker broker, BrokerOperator operator, JobJson jobJson, Changes changes, BlockingCalls blocking) {
    /**
     * A feed that is yet to be started.
     *
     * @param firstLine the first log line to tell
     */
    JobFeed feed(Loop loop, JobId id, long firstLine, JobFeed.Client client) {
        return new JobFeed(this, loop, id, firstLine, client);
    }
}
