package io.headrace.api.live;

import io.headrace.api.http.BlockingCalls;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerOperator;

/** The parts that every {@link JobFeed} looks and listens with. Thread-safe. */
public record JobFeeds(Broker broker, BrokerOperator operator, JobJson jobJson, JobChanges changes,
        BlockingCalls blocking) {}
