package io.headrace.worker.handlers;

import io.headrace.JobHandler;
import io.headrace.Json;

/** A handler of ours that has the work done outside of this process, by a command or by the target of a call. */
public interface OutsideHandler extends JobHandler<Json> {
    @Override
    default Class<Json> payloadType() {
        return Json.class;
    }

    /** Whether it starts processes on this machine; else somebody else does the work, who may never answer. */
    boolean startsProcesses();

    /** Kills the processes it has started that have not ended, and returns when they are gone. */
    void killChildren();
}
