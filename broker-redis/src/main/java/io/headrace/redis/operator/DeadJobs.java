package io.headrace.redis.operator;

import io.headrace.CorruptDocument;
import io.headrace.DeathCause;
import io.headrace.InvalidInput;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Lookup;
import io.headrace.QueueName;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.MoveResult;
import io.headrace.broker.RetryPace;
import io.headrace.broker.RetryResult;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.Finder;
import io.headrace.redis.jobs.QueueCache;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Protocol.Command;

/** Looks through the dead, and moves many of them in one step: a script for each batch. Thread-safe. */
final class DeadJobs {
    /** So many at most are read, retried or deleted together: Redis is busy with them for a few milliseconds. */
    private static final int BATCH = 200;
    /** A job that died again while it was read is tried so often. */
    private static final int TRIES = 3;

    private final Redis redis;
    private final RedisKeys keys;
    private final QueueCache queues;
    private final Finder finder;
    private final RestingIndex index;

    DeadJobs(Redis redis, RedisKeys keys, QueueCache queues, Finder finder, RestingIndex index) {
        this.redis = redis;
        this.keys = keys;
        this.queues = queues;
        this.finder = finder;
        this.index = index;
    }

    JobPage<DeadJob> page(QueueName queue, @Nullable String cursor, int limit) {
        if (limit < 1 || limit > 1000) {
            throw new InvalidInput("limit", "must be 1 to 1000, was " + limit);
        }
        if (cursor != null && !RestingIndex.POSITION.matcher(cursor).matches()) {
            throw new InvalidInput("cursor", "must come from an earlier page of dead jobs");
        }
        RestingIndex.Step step = index.step(queue, JobState.DEAD, cursor == null ? "-" : cursor, 0, Long.MAX_VALUE,
                limit);
        List<RestingIndex.Member> members = step.members();
        List<DeadJob> jobs = new ArrayList<>();
        for (int from = 0; from < members.size();) {
            List<RestingIndex.Member> batch = members.subList(from, Math.min(members.size(), from + BATCH));
            List<Object> documents = index.documents(queue, batch.stream().map(RestingIndex.Member::id).toList());
            for (int i = 0; i < documents.size(); i++) {
                if (documents.get(i) instanceof byte[] bytes) {
                    jobs.add(new DeadJob(batch.get(i).id(), Instant.ofEpochMilli(batch.get(i).score()),
                            cause(bytes)));
                }
            }
            from += documents.size();
        }
        return new JobPage<>(jobs,
                step.more() ? Optional.of(members.get(members.size() - 1).position()) : Optional.empty());
    }

    /** What cannot be read is shown as such, as everywhere. */
    private static DeathCause cause(byte[] bytes) {
        try {
            return DeathCause.read(bytes);
        } catch (CorruptDocument e) {
            JobDocument standIn = Finder.standIn(bytes, e);
            return new DeathCause(standIn.spec().type(), standIn.history().error());
        }
    }

    /** When the next job falls due, and what became of each so far; used by one thread. */
    private static final class Course {
        final Map<JobId, MoveResult> answers = new LinkedHashMap<>();
        final @Nullable RetryPace pace;
        double dueMs;

        Course(@Nullable RetryPace pace) {
            this.pace = pace;
            Instant start = pace == null ? null : pace.startAt();
            dueMs = start == null ? 0 : start.toEpochMilli();
        }
    }

    RetryResult retry(QueueName queue, List<JobId> ids, @Nullable RetryPace pace) {
        if (!ids.stream().allMatch(id -> id.queue().equals(queue))) {
            throw new InvalidInput("ids", "must all be of the queue '" + queue + "'");
        }
        Course course = new Course(pace);
        List<JobId> left = ids.stream().distinct().toList();
        for (int i = 0; i < TRIES && !left.isEmpty(); i++) {
            for (int from = 0; from < left.size(); from += BATCH) {
                retry(queue, left.subList(from, Math.min(left.size(), from + BATCH)), null, course);
            }
            left = left.stream().filter(id -> !course.answers.containsKey(id)).toList();
        }
        return new RetryResult(ids.stream().map(id -> course.answers.getOrDefault(id, MoveResult.WRONG_STATE)).toList(),
                Instant.ofEpochMilli(Math.round(course.dueMs)));
    }

    /** One dead job, with another payload unless it is null. WRONG_STATE when it is not dead, or keeps dying. */
    MoveResult retry(JobId id, @Nullable Json payload) {
        Course course = new Course(null);
        for (int i = 0; i < TRIES && course.answers.isEmpty(); i++) {
            retry(id.queue(), List.of(id), payload, course);
        }
        return course.answers.getOrDefault(id, MoveResult.WRONG_STATE);
    }

    /** Those that died again since they were read, or whose document is missing, get no answer yet. */
    private void retry(QueueName queue, List<JobId> ids, @Nullable Json payload, Course course) {
        List<Object> scores = scores(queue, ids);
        List<JobId> dead = new ArrayList<>();
        List<byte[]> marks = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (scores.get(i) instanceof byte[] score) {
                dead.add(ids.get(i));
                marks.add(score);
            } else {
                course.answers.put(ids.get(i), MoveResult.WRONG_STATE);
            }
        }
        for (int from = 0; from < dead.size();) { // after the scores: one that is unchanged vouches for a document
            List<Object> documents = index.documents(queue, dead.subList(from, dead.size()));
            int to = from + documents.size();
            retry(queue, dead.subList(from, to), marks.subList(from, to), documents, payload, course);
            from = to;
        }
    }

    private void retry(QueueName queue, List<JobId> dead, List<byte[]> marks, List<Object> documents,
            @Nullable Json payload, Course course) {
        List<byte[]> arguments = head(course);
        List<JobId> asked = new ArrayList<>();
        for (int i = 0; i < dead.size(); i++) {
            if (!(documents.get(i) instanceof byte[] bytes)) {
                continue;
            }
            try {
                arguments.addAll(asked(dead.get(i), marks.get(i), JobDocument.parse(bytes), payload));
                asked.add(dead.get(i));
            } catch (CorruptDocument e) {
                course.answers.put(dead.get(i), MoveResult.WRONG_STATE); // to run it would be to run something else
            }
        }
        if (!asked.isEmpty()) {
            note(asked, Replies.list(redis.run(Script.RETRY_DEAD, queues.base(queue), arguments)), course);
        }
    }

    private static List<byte[]> asked(JobId id, byte[] mark, JobDocument document, @Nullable Json payload) {
        JobDocument edited = payload == null ? document : document.withPayload(payload);
        String unique = document.spec().uniqueKey();
        return List.of(RedisKeys.bytes(id.toString()), mark, edited.with(edited.history().reopened()).bytes(),
                unique == null ? new byte[0] : RedisKeys.bytes(unique));
    }

    private List<Object> scores(QueueName queue, List<JobId> ids) {
        byte[][] arguments = new byte[ids.size() + 1][];
        arguments[0] = keys.index(queue, JobState.DEAD.label());
        for (int i = 0; i < ids.size(); i++) {
            arguments[i + 1] = RedisKeys.bytes(ids.get(i).toString());
        }
        return Replies.list(redis.ask(arguments[0], new Request(Command.ZMSCORE, arguments)));
    }

    private static List<byte[]> head(Course course) {
        List<byte[]> head = new ArrayList<>();
        head.add(course.pace == null ? new byte[0]
                : RedisKeys.bytes(String.format(Locale.ROOT, "%.3f", 1000 / course.pace.perSecond())));
        head.add(course.dueMs == 0 ? new byte[0]
                : RedisKeys.bytes(String.format(Locale.ROOT, "%.3f", course.dueMs)));
        return head;
    }

    private static void note(List<JobId> asked, List<Object> reply, Course course) {
        course.dueMs = Double.parseDouble(Replies.text(reply.get(0)));
        List<String> words = Replies.texts(reply.get(1));
        for (int i = 0; i < asked.size(); i++) {
            if (!words.get(i).equals("MOVED")) {
                course.answers.put(asked.get(i), words.get(i).equals("DONE") ? MoveResult.DONE : MoveResult.DUPLICATE);
            }
        }
    }

    List<MoveResult> delete(List<JobId> ids) {
        MoveResult[] answers = new MoveResult[ids.size()];
        Arrays.fill(answers, MoveResult.DONE);
        Map<QueueName, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < answers.length; i++) {
            places.computeIfAbsent(ids.get(i).queue(), queue -> new ArrayList<>()).add(i);
        }
        places.forEach((queue, at) -> {
            for (int from = 0; from < at.size(); from += BATCH) {
                delete(queue, ids, at.subList(from, Math.min(at.size(), from + BATCH)), answers);
            }
        });
        return List.of(answers);
    }

    private void delete(QueueName queue, List<JobId> ids, List<Integer> at, MoveResult[] answers) {
        List<byte[]> arguments = new ArrayList<>();
        for (int i : at) {
            arguments.add(RedisKeys.bytes(ids.get(i).toString()));
            arguments.add(RedisKeys.bytes(Replies.bucket(ids.get(i))));
        }
        List<Object> done = Replies.list(redis.ask(Script.DELETE_DEAD, queues.base(queue), arguments));
        for (int n = 0; n < at.size(); n++) {
            if (Replies.number(done.get(n)) != 1) {
                JobId id = ids.get(at.get(n));
                answers[at.get(n)] = finder.find(id).kind() == Lookup.Kind.FOUND ? MoveResult.WRONG_STATE
                        : MoveResult.NOT_FOUND;
            }
        }
    }
}
