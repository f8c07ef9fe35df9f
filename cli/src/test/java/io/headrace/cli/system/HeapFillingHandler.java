package io.headrace.cli.system;

import io.headrace.JobContext;
import io.headrace.JobHandler;
import io.headrace.JobType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Takes all the memory there is and keeps it; packed into a plugin by a test. */
public final class HeapFillingHandler implements JobHandler<String> {
    private static final List<byte[]> KEPT = Collections.synchronizedList(new ArrayList<>());

    @Override
    public JobType type() {
        return new JobType("fill");
    }

    @Override
    public Class<String> payloadType() {
        return String.class;
    }

    @Override
    public Object run(String payload, JobContext context) {
        while (true) {
            KEPT.add(new byte[64 * 1024]);
        }
    }
}
