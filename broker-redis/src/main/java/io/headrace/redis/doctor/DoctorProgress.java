package io.headrace.redis.doctor;

/** How far the doctor has come, told to whoever watches. Used by one thread. */
final class DoctorProgress {
    private final Doctor.Watcher watcher;
    private long total;
    private long done;
    private long looked;

    DoctorProgress(Doctor.Watcher watcher) {
        this.watcher = watcher;
    }

    void expect(long more) {
        total += more;
    }

    void did(long some, String what) {
        done += some;
        watcher.progress(done, Math.max(total, done), what);
    }

    /** Counts what belongs to the queues asked for, where {@link #did} counts steps of the way. */
    void looked(long some) {
        looked += some;
    }

    long looked() {
        return looked;
    }
}
