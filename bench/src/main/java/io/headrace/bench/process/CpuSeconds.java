package io.headrace.bench.process;

import io.headrace.QueueName;
import io.headrace.redis.RedisProbe;
import java.util.List;

/**
 * CPU time that child processes and Redis have used until one moment, in seconds. What the system does not tell is NaN.
 *
 * @param children of all of them together, since each was started
 * @param redis of the whole server, for whomever
 */
public record CpuSeconds(double children, double redis) {
    /** @param queue asked is the server where it lies */
    public static CpuSeconds of(List<Child> children, RedisProbe probe, QueueName queue) {
        return new CpuSeconds(
                children.stream().mapToDouble(child -> ProcessFigures.of(child.handle()).cpuSeconds()).sum(),
                ServerFigures.of(probe, queue, "cpu").processCpuSeconds());
    }

    /** What was used from an earlier moment on. */
    public CpuSeconds since(CpuSeconds before) {
        return new CpuSeconds(children - before.children, redis - before.redis);
    }

    /** The same for another amount of work, or of time. */
    public CpuSeconds times(double factor) {
        return new CpuSeconds(children * factor, redis * factor);
    }
}
