package io.headrace.redis.jobs;

import io.headrace.Attempt;
import io.headrace.CorruptDocument;
import io.headrace.DataDamaged;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobDocument;
import io.headrace.JobState;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.Token;
import io.headrace.broker.Verdict;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the entries that a worker has leased, and notes what it was told. Thread-safe. */
public final class EntryReader {
    private static final Logger LOG = LoggerFactory.getLogger(EntryReader.class);

    /** Ends jobs whose document cannot be read. */
    private final Consumer<Verdict> aside;
    private final Reporters reporters;
    private final LostAnswers lostAnswers;

    public EntryReader(Consumer<Verdict> aside, Reporters reporters, LostAnswers lostAnswers) {
        this.aside = aside;
        this.reporters = reporters;
        this.lostAnswers = lostAnswers;
    }

    /** Reads the jobs of an answer; tells how many entries they are. */
    int read(Asker asker, ClaimReply.Leased leased, List<ClaimedJob> into) {
        int count = 0;
        for (ClaimReply.Chunk chunk : leased.chunks()) {
            count += chunk.entries().size();
            read(asker, leased, chunk, into);
        }
        return count;
    }

    private void read(Asker asker, ClaimReply.Leased leased, ClaimReply.Chunk chunk, List<ClaimedJob> into) {
        List<Object> entries = chunk.entries();
        if (!entries.isEmpty()) {
            String last = Replies.text(Replies.list(entries.get(entries.size() - 1)).get(0));
            lostAnswers.tell(asker, leased.fence(), chunk.priority(), last);
        }
        for (int i = 0; i < entries.size(); i++) {
            try {
                into.addAll(job(asker, leased, chunk, i));
            } catch (DataDamaged e) { // the other jobs of this claim run
                LOG.warn("an entry was claimed that is none of ours queue={} level={} error={}", asker.queue(),
                        chunk.priority(), e.getMessage());
            }
        }
    }

    /** The job of an entry; none when it was set aside. */
    private List<ClaimedJob> job(Asker asker, ClaimReply.Leased leased, ClaimReply.Chunk chunk, int at) {
        List<Object> entry = Replies.list(chunk.entries().get(at));
        String address = Replies.text(entry.get(0));
        ReadyEntry content = ReadyEntry.of(asker.queue(), chunk.priority(), address, Replies.list(entry.get(1)));
        if (!chunk.deliveries().isEmpty()) { // it may have been handed out before, and its handler have said something
            reporters.reports(content.id());
        }
        int deliveries = chunk.deliveries().isEmpty() ? 1 : (int) Replies.number(chunk.deliveries().get(at));
        long fence = chunk.fences().isEmpty() ? leased.fence() : Replies.number(chunk.fences().get(at));
        Token token = new Token(chunk.priority().code() + address, asker.worker(), deliveries, fence);
        boolean cancelled = !leased.cancelled().isEmpty() && leased.cancelled().contains(content.id().toString());
        JobDocument document;
        try {
            document = content.read();
        } catch (CorruptDocument e) {
            setAside(new Lease(content.id(), deliveries, token), leased, cancelled,
                    Finder.standIn(content.document(), e));
            return List.of();
        }
        int before = document.history().attempt();
        String history = chunk.histories().isEmpty() ? "" : chunk.histories().get(at);
        List<Attempt> lost = history.isEmpty() ? List.of()
                : LeaseRecord.lost(LeaseRecord.parse(history), before, leased.now());
        Lease lease = new Lease(content.id(), before + deliveries, token);
        return List.of(new ClaimedJob(lease, document, leased.now(), cancelled, lost));
    }

    /** Sets aside what no handler could ever read, so that it neither stops the queue nor vanishes. */
    private void setAside(Lease lease, ClaimReply.Leased leased, boolean cancelled, JobDocument standIn) {
        if (cancelled) {
            aside.accept(Verdict.finish(lease,
                    standIn.with(standIn.history().ended(JobState.CANCELLED, leased.now(), null))));
            return;
        }
        Failure reason = Objects.requireNonNull(standIn.history().error());
        Attempt attempt = new Attempt(lease.attempt(), lease.token().worker().value(), leased.now(), leased.now(),
                Attempt.Outcome.FAILED, reason);
        aside.accept(Verdict.bury(lease, standIn.with(History.NONE.and(attempt))));
    }
}
