package io.headrace.api.live;

import io.headrace.AwaitedJob;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.Lookup;
import io.headrace.access.Digest;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.JsonOut;
import io.headrace.api.http.Problem;
import io.headrace.api.view.JobJson;
import io.headrace.broker.Jobs;
import io.vertx.core.AsyncResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells one client about one job: as it is now, then again whenever it has changed, and each line that its handler
 * writes, until it has ended. The state in which it ended is the last thing told, so its log comes before. Lives on its
 * loop's thread.
 */
public final class JobFeed {
    /** Who is told. */
    public interface Client {
        /**
         * Whether it should be told later: when it has read what it was sent, which {@link JobFeed#drained} then says,
         * or when there is room for more, which the next look may find.
         */
        boolean full();

        /**
         * @param name the state of the job, or {@code log}
         * @param next the number of the log line that was not told yet
         */
        void event(String name, long next, byte[] json);

        /** Nothing was told and nothing will be, for this reason. */
        void refused(Throwable why);

        /** The job has ended, or its record has expired. */
        void ended();
    }

    /** What one look found. */
    private record Seen(Lookup lookup, JobLog log) {}

    /** So many lines are asked for at once: with them a look is no larger than a job can be. */
    private static final int LINES = 100;

    private final AwaitedJob awaited;
    private final Jobs jobs;
    private final JobJson jobJson;
    private final JobId id;
    private final Client client;
    private final JobFollower<Seen> follower;
    /** The log line to ask for next; written by the loop, read by the looking thread. */
    private volatile long nextLine;
    /** Of what was told last; null before. */
    private @Nullable Digest lastSent;
    private boolean begun;
    /** Whether a change waits until the client has read what was sent. */
    private boolean heldBack;
    private boolean stopped;

    /**
     * One that is yet to be started.
     *
     * @param firstLine the first log line to tell
     */
    public JobFeed(JobFeeds feeds, EventLoop loop, JobId id, long firstLine, Client client) {
        this.awaited = new AwaitedJob(feeds.store(), id, System::nanoTime);
        this.jobs = feeds.jobs();
        this.jobJson = feeds.jobJson();
        this.id = id;
        this.client = client;
        this.nextLine = firstLine;
        this.follower = new JobFollower<>(loop, feeds.changes(), feeds.blocking(), id, this::look, this::seen);
    }

    public void start() {
        follower.start();
    }

    /** Looks at the job before its log: a job that has ended writes no more lines. */
    private Seen look() {
        Lookup lookup = awaited.look();
        JobLog log = lookup.kind() == Lookup.Kind.FOUND ? jobs.log(id, nextLine, LINES)
                : new JobLog(List.of(), nextLine);
        return new Seen(lookup, log);
    }

    private void seen(AsyncResult<Seen> look) {
        if (look.failed()) {
            if (!begun) {
                refuse(look.cause());
            }
            return; // the next look may succeed
        }
        if (!begun) {
            try {
                Endpoints.found(id, look.result().lookup());
            } catch (Problem e) {
                refuse(e);
                return;
            }
            begun = true;
        }
        tell(look.result());
    }

    private void refuse(Throwable why) {
        stop();
        client.refused(why);
    }

    private void tell(Seen seen) {
        if (client.full()) {
            heldBack = true;
            return;
        }
        Job job = seen.lookup().job().orElse(null);
        if (job == null) {
            end();
            return;
        }
        boolean terminal = job.state().terminal();
        if (lastSent == null && !terminal) {
            tellState(job);
        }
        if (tellLog(job, seen.log())) {
            follower.look();
            return;
        }
        tellState(job);
        if (terminal) {
            end();
        }
    }

    private void tellState(Job job) {
        byte[] json = jobJson.of(job);
        Digest told = Digest.of(json);
        if (lastSent == null || !told.equals(lastSent)) {
            lastSent = told;
            client.event(job.state().label(), nextLine, json);
        }
    }

    /** @return whether there are probably more lines than were asked for */
    private boolean tellLog(Job job, JobLog log) {
        if (log.lines().isEmpty()) {
            return false;
        }
        long from = nextLine;
        nextLine = log.next();
        client.event("log", nextLine, JsonOut.object(out -> jobJson.lines(out, job, log, from)));
        return log.lines().size() == LINES;
    }

    private void end() {
        if (!stopped) {
            stop();
            client.ended();
        }
    }

    /** The client has read what it was sent. */
    public void drained() {
        if (heldBack && !stopped) {
            heldBack = false;
            follower.look();
        }
    }

    public void stop() {
        stopped = true;
        follower.stop();
    }
}
