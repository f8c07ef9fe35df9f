package io.headrace.worker;

import io.headrace.Wish;
import io.headrace.WorkerInfo;

/** What a worker tells with each heartbeat, and what it does with the answer. Called by the thread {@code headrace-lease}. */
interface Heartbeat {
    /** The worker as it is now. */
    WorkerInfo info();

    /** Does what an operator wishes of the worker. */
    void obey(Wish wish);
}
