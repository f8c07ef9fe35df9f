package io.headrace.worker;

/** The free slots that one round of claiming has taken and not yet filled. Used by the claim loop's thread only. */
final class Filling {
    private int left;

    Filling(int taken) {
        left = taken;
    }

    int left() {
        return left;
    }

    /** A job was handed over. */
    void fill(boolean occupiesSlot) {
        if (occupiesSlot) {
            left--;
        }
    }
}
