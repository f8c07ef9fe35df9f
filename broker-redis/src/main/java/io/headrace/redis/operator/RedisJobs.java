package io.headrace.redis.operator;

import io.headrace.BrokerUnavailable;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobLog;
import io.headrace.JobSpec;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.OutcomeUnknown;
import io.headrace.QueueName;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Jobs;
import io.headrace.broker.LinePosition;
import io.headrace.broker.MoveResult;
import io.headrace.broker.RetryPace;
import io.headrace.broker.RetryResult;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.Finder;
import io.headrace.redis.jobs.QueueCache;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/**
 * Looks at single jobs and moves them as people ask: what became of a job that moved meanwhile is looked at again.
 * Thread-safe.
 */
public final class RedisJobs implements Jobs {
    /** How often a move is tried again because the job moved meanwhile. */
    private static final int TRIES = 5;
    /** So many jobs are counted exactly that are ahead of one. */
    private static final int MOST_COUNTED = 1_000;
    /** The address of a line of a job's log. */
    private static final Pattern LINE = Pattern.compile("0-[0-9]{1,18}");

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final Finder finder;
    private final JobPages pages;
    private final DeadJobs deadJobs;

    public RedisJobs(Redis redis, RedisKeys keys, QueueCache queues, Finder finder, UnreadableValues unreadable) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.finder = finder;
        RestingIndex index = new RestingIndex(redis, keys, unreadable);
        this.pages = new JobPages(redis, keys, queues, finder, index, unreadable);
        this.deadJobs = new DeadJobs(redis, keys, queues, finder, index);
    }

    @Override
    public JobPage<Job> list(JobQuery query) {
        return pages.page(query);
    }

    @Override
    public JobLog log(JobId id, long from, int limit) {
        if (from < 0) {
            throw new InvalidInput("from", "must be 0 or more, was " + from);
        }
        if (limit < 1) {
            throw new InvalidInput("limit", "must be 1 or more, was " + limit);
        }
        byte[] key = keys.log(id.queue(), id.toString());
        List<Object> entries = Replies.list(redis.ask(key, new Request(Command.XRANGE, key,
                RedisKeys.bytes("0-" + (from + 1)), RedisKeys.bytes("+"), RedisKeys.bytes("COUNT"),
                RedisKeys.bytes(limit))));
        List<String> lines = new ArrayList<>();
        long next = from;
        for (Object item : entries) {
            List<Object> entry = Replies.list(item);
            if (!LINE.matcher(Replies.text(entry.get(0))).matches()) {
                break; // behind the lines comes only what somebody else wrote
            }
            lines.add(Replies.text(Replies.list(entry.get(1)).get(1)));
            next = Long.parseLong(Replies.text(entry.get(0)).substring(2));
        }
        return new JobLog(lines, next);
    }

    @Override
    public MoveResult cancel(JobId id) {
        OutcomeUnknown unanswered = null;
        for (int i = 0; i < TRIES; i++) {
            Finder.Found found = finder.look(id);
            Optional<Job> job = found.lookup().job();
            if (job.isEmpty() || job.get().state().terminal()) {
                return ended(job, unanswered);
            }
            MoveResult answer;
            try {
                answer = tryToCancel(job.get(), found.document());
            } catch (OutcomeUnknown e) {
                unanswered = e;
                continue;
            }
            if (answer != null) {
                return answer;
            }
        }
        throw unanswered != null ? unanswered
                : new BrokerUnavailable("job " + id + " kept moving; nothing was cancelled, try again", null);
    }

    /** @param unanswered a try of this very call whose answer got lost: then the job may have ended by it */
    private static MoveResult ended(Optional<Job> job, @Nullable OutcomeUnknown unanswered) {
        if (unanswered == null) {
            return job.isEmpty() ? MoveResult.NOT_FOUND : MoveResult.WRONG_STATE;
        }
        if (job.isEmpty()) {
            throw unanswered;
        }
        return job.get().state() == JobState.CANCELLED ? MoveResult.DONE : MoveResult.WRONG_STATE;
    }

    /** Null when the job moved meanwhile: look again. */
    private @Nullable MoveResult tryToCancel(Job job, byte[] stored) {
        byte[] base = queues.base(job.id().queue());
        Instant now = Replies.instant(redis.ask(base, new Request(Command.TIME)));
        String word = Replies.text(redis.run(Script.CANCEL, base, cancelArguments(job, stored, now)));
        return switch (word) {
            case "CANCELLED" -> MoveResult.DONE;
            case "REQUESTED" -> MoveResult.REQUESTED;
            case "ENDED" -> MoveResult.WRONG_STATE;
            default -> null;
        };
    }

    private List<byte[]> cancelArguments(Job job, byte[] stored, Instant now) {
        JobId id = job.id();
        JobSpec spec = job.document().spec();
        JobDocument cancelled = job.document().with(job.document().history().ended(JobState.CANCELLED, now, null));
        return List.of(RedisKeys.bytes(id.toString()), RedisKeys.bytes(String.valueOf(id.priority().code())),
                id.scheduled() ? new byte[0] : RedisKeys.bytes(id.entry()), RedisKeys.bytes(Replies.bucket(id)),
                stored, cancelled.bytes(),
                spec.retention() == null ? new byte[0] : RedisKeys.bytes(spec.retention().toMillis()),
                spec.uniqueKey() == null ? new byte[0] : RedisKeys.bytes(spec.uniqueKey()));
    }

    @Override
    public List<MoveResult> retry(List<JobId> ids) {
        return ids.stream().map(id -> retryOne(id, null)).toList();
    }

    @Override
    public MoveResult retry(JobId id, Json payload, int maxPayload) {
        return retryOne(id, payload.within(maxPayload));
    }

    private MoveResult retryOne(JobId id, @Nullable Json payload) {
        for (int i = 0; i < TRIES; i++) {
            Optional<Job> found = finder.find(id).job();
            if (found.isEmpty()) {
                return MoveResult.NOT_FOUND;
            }
            Job job = found.get();
            if (job.state() != JobState.DEAD) {
                boolean resting = payload == null
                        && (job.state() == JobState.RETRYING || job.state() == JobState.SCHEDULED
                                || job.state() == JobState.PARKED);
                return resting ? runNow(id) : MoveResult.WRONG_STATE;
            }
            MoveResult answer = deadJobs.retry(id, payload);
            if (answer != MoveResult.WRONG_STATE) {
                return answer;
            }
        }
        return MoveResult.WRONG_STATE;
    }

    @Override
    public RetryResult retry(QueueName queue, List<JobId> ids, @Nullable RetryPace pace) {
        return deadJobs.retry(queue, ids, pace);
    }

    @Override
    public MoveResult runNow(JobId id) {
        String word = Replies
                .texts(redis.ask(Script.RUN_NOW, queues.base(id.queue()), List.of(RedisKeys.bytes(id.toString()))))
                .get(0);
        if (word.equals("DONE")) {
            return MoveResult.DONE;
        }
        return finder.find(id).kind() == Lookup.Kind.FOUND ? MoveResult.WRONG_STATE : MoveResult.NOT_FOUND;
    }

    @Override
    public List<MoveResult> deleteDead(List<JobId> ids) {
        return deadJobs.delete(ids);
    }

    @Override
    public JobPage<DeadJob> dead(QueueName queue, @Nullable String cursor, int limit) {
        return deadJobs.page(queue, cursor, limit);
    }

    @Override
    public Optional<LinePosition> position(JobId id) {
        List<Object> reply = Replies.list(redis.ask(Script.PLACE_IN_LINE, queues.base(id.queue()),
                List.of(RedisKeys.bytes(id.toString()), RedisKeys.bytes(String.valueOf(id.priority().code())),
                        id.scheduled() ? new byte[0] : RedisKeys.bytes(id.entry()), RedisKeys.bytes(MOST_COUNTED))));
        return reply.isEmpty() ? Optional.empty()
                : Optional.of(new LinePosition(Replies.number(reply.get(0)), Replies.number(reply.get(1)) == 1));
    }
}
