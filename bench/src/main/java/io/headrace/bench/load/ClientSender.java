package io.headrace.bench.load;

import io.headrace.JobClient;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.bench.process.BenchHandlers;
import io.headrace.bench.process.Stamps;

/** Submits {@link Stamps} from a Java program, one job a call. */
public record ClientSender(JobClient client, QueueName queue, int payloadBytes) implements OpenLoad.Sender {
    @Override
    public int send(long atNanos) {
        Json payload = Json.trusted(Stamps.payload(atNanos, payloadBytes));
        client.enqueue(NewJob.of(queue.value(), BenchHandlers.STAMP, payload).build());
        return 1;
    }

    /** The client is the caller's. */
    @Override
    public void close() {}
}
