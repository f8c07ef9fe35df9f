package io.headrace.api.live;

import io.headrace.JobStore;
import io.headrace.api.http.BlockingCalls;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Jobs;

/** The parts that every {@link JobFeed} looks and listens with. Thread-safe. */
public record JobFeeds(JobStore store, Jobs jobs, JobJson jobJson, JobChanges changes,
        BlockingCalls blocking) {}
