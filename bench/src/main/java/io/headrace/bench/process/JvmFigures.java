package io.headrace.bench.process;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * What a JVM says about itself.
 *
 * @param heapBytes what is on the heap after a collection
 * @param threads live platform threads
 */
public record JvmFigures(long heapBytes, int threads) {
    static final String COMMAND = "jvm";

    /**
     * Collects, and reads. A collection asked for from within costs some tens of milliseconds and is exact on every JDK
     * and collector; what the memory pools say about their last collection leaves out an old generation that none has
     * reached.
     */
    static JvmFigures afterCollection() {
        System.gc();
        return new JvmFigures(ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                ManagementFactory.getThreadMXBean().getThreadCount());
    }

    String line() {
        return String.format(Locale.ROOT, "%d %d", heapBytes, threads);
    }

    static JvmFigures parse(String line) {
        String[] parts = line.split(" ", -1);
        return new JvmFigures(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
    }
}
