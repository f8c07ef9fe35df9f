package io.headrace.bench.load;

import java.util.concurrent.atomic.AtomicInteger;

/** A number of things to do that several threads take in portions until there are none left. */
public final class Share {
    private final int portion;
    private final AtomicInteger left;

    public Share(int count, int portion) {
        this.portion = portion;
        this.left = new AtomicInteger(count);
    }

    /** How many the caller may do now; 0 when all are taken, or it was interrupted. */
    public int take() {
        if (Thread.currentThread().isInterrupted()) {
            return 0;
        }
        int before = left.getAndUpdate(count -> Math.max(0, count - portion));
        return Math.min(before, portion);
    }
}
