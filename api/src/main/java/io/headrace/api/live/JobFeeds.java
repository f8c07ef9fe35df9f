package io.headrace.api.live;

import io.headrace.JobId;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.http.EventLoop;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerOperator;

/** Makes feeds of jobs, each for one client. Thread-safe. */
public record JobFeeds(Broker broker, BrokerOperator operator, JobJson jobJson, JobChanges changes,
        BlockingCalls blocking) {
    /**
     * A feed that is yet to be started.
     *
     * @param firstLine the first log line to tell
     */
    public JobFeed feed(EventLoop loop, JobId id, long firstLine, JobFeed.Client client) {
        return new JobFeed(this, loop, id, firstLine, client);
    }
}
