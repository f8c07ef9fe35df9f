package io.headrace.redis.doctor;

import org.jspecify.annotations.Nullable;

/**
 * The ways in which data can break the rules of the data model; the check scripts answer these names. Repairs run in
 * this order.
 */
enum Defect {
    GROUP_MISSING(Finding.Level.PROBLEM, "groups", "stream has no group", "streams have no group",
            "nothing is delivered from it until a worker or --repair creates the group", "creates the group"),
    QUEUE_UNLISTED(Finding.Level.PROBLEM, "queues", "queue has keys and is not in hr:queues",
            "queues have keys and are not in hr:queues",
            "lists do not show it", "lists the queue"),
    QUEUE_EMPTY(Finding.Level.WARNING, "queues", "queue in hr:queues has no keys",
            "queues in hr:queues have no keys",
            "somebody has deleted them", "takes the name off the list"),
    INDEX_WITHOUT_DOCUMENT(Finding.Level.PROBLEM, "documents", "id at rest has no document",
            "ids at rest have no document",
            "the job itself is gone: look for it in a backup or with its sender, then drop the id",
            "lays it among the dead, with the reason; drops it when it was there"),
    DOCUMENT_AND_FINISHED(Finding.Level.PROBLEM, "places", "finished job has a second document in no index",
            "finished jobs have a second document in no index",
            "its state is told by the wrong one", "deletes the second document; the verdict stays"),
    DOCUMENT_WITHOUT_INDEX(Finding.Level.PROBLEM, "documents", "document is in no index",
            "documents are in no index",
            "the job would never run", "lays the job among the dead, with the reason, for you to retry or delete"),
    DOCUMENT_EXPIRES(Finding.Level.PROBLEM, "documents", "document at rest would expire",
            "documents at rest would expire",
            "the job would be lost", "takes the expiry off"),
    ENTRY_AND_FINISHED(Finding.Level.PROBLEM, "places", "finished job still waits in line",
            "finished jobs still wait in line",
            "it would run once more", "takes the entry out of the line; the verdict stays"),
    ENTRY_STRANDED(Finding.Level.PROBLEM, "leases", "entry was delivered, and nobody holds it",
            "entries were delivered, and nobody holds them",
            "it would never be delivered again", "puts it back in its place in line"),
    LEASE_GONE(Finding.Level.PROBLEM, "leases", "lease is for an entry that does not exist",
            "leases are for entries that do not exist",
            "the job itself is gone, unless it is found elsewhere", "drops the lease"),
    LEASE_UNHELD(Finding.Level.PROBLEM, "leases", "pending entry has no holder on record",
            "pending entries have no holder on record",
            "its worker's verdict will be refused, or nobody claims it",
            "puts it back in its place in line; the delivery stays counted"),
    RUNNING_UNLEASED(Finding.Level.PROBLEM, "leases", "holder on record has no lease",
            "holders on record have no lease",
            "its writes would count although the job may run elsewhere", "drops the record"),
    ADDRESS_MISSING(Finding.Level.PROBLEM, "addresses", "republished job cannot be found by its id",
            "republished jobs cannot be found by their ids",
            "its look-up answers that it is unknown; it will run", "writes its address"),
    ADDRESS_STALE(Finding.Level.PROBLEM, "addresses", "address points to no entry of its job",
            "addresses point to no entry of their job", "",
            "deletes the address"),
    MARK_MISPLACED(Finding.Level.PROBLEM, "marks", "job is cancelled as if in line, and is not there",
            "jobs are cancelled as if in line, and are not there", "it may run although it was told to be cancelled",
            "marks it as being cancelled, so that its worker ends it"),
    MARK_STALE(Finding.Level.WARNING, "marks", "cancellation is of a job that has ended",
            "cancellations are of jobs that have ended", "", "drops the mark"),
    LOCK_STALE(Finding.Level.PROBLEM, "locks", "uniqueness key is held by a job that has ended",
            "uniqueness keys are held by jobs that have ended",
            "submissions with the key are answered as duplicates until the lock expires", "frees the key"),
    LOCK_EXPIRES(Finding.Level.PROBLEM, "locks", "uniqueness key of an unfinished job would expire",
            "uniqueness keys of unfinished jobs would expire",
            "a second job with the key would be accepted", "takes the expiry off"),
    LOCK_MISSING(Finding.Level.PROBLEM, "locks", "unfinished job does not hold its uniqueness key",
            "unfinished jobs do not hold their uniqueness keys",
            "a second job with the key would be accepted", "gives it the key"),
    KEPT_COUNT(Finding.Level.PROBLEM, "kept", "bucket of finished jobs is miscounted",
            "buckets of finished jobs are miscounted",
            "too many or too few finished jobs are kept", "counts it anew"),
    BUCKET_UNLISTED(Finding.Level.PROBLEM, "kept", "bucket of finished jobs is not listed",
            "buckets of finished jobs are not listed",
            "it is not trimmed by the count of kept jobs", "lists it"),
    KEPT_UNLISTED(Finding.Level.PROBLEM, "kept", "bucket that is gone is still counted",
            "buckets that are gone are still counted",
            "too few finished jobs are kept", "drops the count"),
    KEPT_TOTAL(Finding.Level.PROBLEM, "kept", "total of finished jobs is not the sum of its buckets",
            "totals of finished jobs are not the sums of their buckets",
            "too many or too few finished jobs are kept", "sets it to the sum"),
    LOGS_COUNT(Finding.Level.WARNING, "logs", "queue's logs are miscounted", "queues' logs are miscounted",
            "too many or too few of them are kept", "counts them anew"),
    WORDS_ORPHANED(Finding.Level.WARNING, "logs", "log or progress is of a job that is not on record",
            "logs or progress are of jobs that are not on record", "it takes memory until it expires", "deletes it"),
    KEPT_LATE(Finding.Level.PROBLEM, "kept", "list of finished jobs that ended late is at odds with their ends",
            "lists of finished jobs that ended late are at odds with their ends",
            "finished jobs are kept too long, or not shown", "completes both, and counts them anew"),
    NO_EXPIRY(Finding.Level.WARNING, "expiry", "key never expires and should", "keys never expire and should",
            "it takes memory for ever", "sets the usual expiry"),
    CONSUMER_GONE(Finding.Level.WARNING, "consumers", "consumer of a worker that is gone is left",
            "consumers of workers that are gone are left",
            "workers of the queue remove it with their heartbeats, too", "removes it; it holds nothing"),
    SETTING_BOUNDS(Finding.Level.WARNING, "settings", "setting of the queue is no number in bounds",
            "settings of the queue are no numbers in bounds",
            "it counts as if it were not set", "removes it"),
    LAG_UNKNOWN(Finding.Level.WARNING, "groups", "group does not know its lag", "groups do not know their lag",
            "whatever scales by the lag is blind; it heals once the line has been empty",
            "sets what Redis computes it from"),
    WORKER_GONE(Finding.Level.WARNING, "workers", "worker on the list has fallen silent",
            "workers on the list have fallen silent",
            "other workers take it off with their heartbeats, too",
            "takes it off the list, unless jobs are still leased to it"),
    WORKER_FOREVER(Finding.Level.WARNING, "workers", "worker's sign of life never expires",
            "workers' signs of life never expire",
            "it looks alive for ever", "lets it expire in a minute unless the worker renews it"),

    IDS_AHEAD(Finding.Level.WARNING, "clock", "stream gives ids that are ahead of the clock of Redis",
            "streams give ids that are ahead of the clock of Redis",
            "the clock was ahead; new jobs say themselves when they were accepted, those of that moment have its time."
                    + " It heals when the time has caught up",
            null),

    LEASE_SILENT(Finding.Level.WARNING, "leases", "lease has been over for long and nobody took the job over",
            "leases have been over for long and nobody took the jobs over",
            "no worker is alive for this queue? Start one: it takes over what has fallen silent", null),
    ENTRY_AND_REST(Finding.Level.PROBLEM, "places", "job is in line or running and also at rest",
            "jobs are in line or running and also at rest",
            "it may run twice; cancel or delete the one too many by hand",
            null),
    LEASE_AND_FINISHED(Finding.Level.PROBLEM, "places", "finished job is running",
            "finished jobs are running", "its worker's verdict will replace the one on record", null),
    TWO_ENTRIES(Finding.Level.PROBLEM, "places", "job is twice in line", "jobs are twice in line",
            "it may run twice; remove the entry too many by hand", null),
    TWO_INDEXES(Finding.Level.PROBLEM, "places", "job rests in two places", "jobs rest in two places",
            "decide which holds and ZREM the id from the other", null),
    REST_AND_FINISHED(Finding.Level.PROBLEM, "places", "finished job is also at rest",
            "finished jobs are also at rest", "it may run once more; cancel or delete it if it must not", null),
    LOCK_SHARED(Finding.Level.PROBLEM, "locks", "unfinished job has the uniqueness key that another holds",
            "unfinished jobs have the uniqueness key that another holds", "cancel the one too many", null),
    UNREADABLE(Finding.Level.PROBLEM, "documents", "document cannot be read", "documents cannot be read",
            "a worker that gets it lays it among the dead as corrupt_document", null),
    NOT_AN_ID(Finding.Level.PROBLEM, "documents", "name is not the id of a job", "names are not ids of jobs",
            "Headrace did not write it; remove it by hand once you know whose it is", null),
    WRONG_TYPE(Finding.Level.PROBLEM, "types", "key is of the wrong type", "keys are of the wrong type",
            "Headrace did not write it; rename it away once you know whose it is. What depends on it was not checked",
            null),
    UNKNOWN_KEY(Finding.Level.WARNING, "keys", "key under the prefix is none of Headrace's",
            "keys under the prefix are none of Headrace's",
            "whoever shares this Redis should use another prefix", null),
    UNCHECKED(Finding.Level.PROBLEM, "types", "place could not be checked", "places could not be checked",
            "see what Redis said", null);

    private final Finding.Level level;
    private final String check;
    private final String one;
    private final String many;
    private final String advice;
    private final @Nullable String repair;

    Defect(Finding.Level level, String check, String one, String many, String advice, @Nullable String repair) {
        this.level = level;
        this.check = check;
        this.one = one;
        this.many = many;
        this.advice = advice;
        this.repair = repair;
    }

    boolean repairable() {
        return repair != null;
    }

    Finding finding(@Nullable String queue, long count, java.util.List<String> examples) {
        return new Finding(level, check, queue, count + " " + (count == 1 ? one : many), advice, count, examples,
                repair);
    }
}
