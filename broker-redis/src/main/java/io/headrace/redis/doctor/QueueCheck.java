package io.headrace.redis.doctor;

import io.headrace.CorruptDocument;
import io.headrace.InvalidInput;
import io.headrace.JobDocument;
import io.headrace.JobId;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import io.headrace.redis.connection.Script;
import io.headrace.redis.doctor.CheckRunner.Item;
import io.headrace.redis.jobs.Finder;
import io.headrace.redis.jobs.ReadyEntry;
import io.headrace.redis.jobs.StoredSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import redis.clients.jedis.Protocol.Command;

/** Goes through the places of one queue page by page. Used by one thread. */
final class QueueCheck {
    /** Stands for a document that is missing. */
    private static final byte[] MISSING = Finder.standIn(new byte[0], new CorruptDocument("", null)).bytes();

    /**
     * Up to so many buckets of finished jobs are summed up in one script, which takes about 3 ms; more are summed page
     * by page.
     */
    private static final int SUMMED_AT_ONCE = 10_000;
    /** The sum of many buckets is believed if nothing finished meanwhile; so often is it tried. */
    private static final int SUMS = 3;
    /** A reclaim that is due takes no longer while a worker is alive. */
    private static final long GRACE_MS = 60_000;
    /** Assumed of a lease that is not on record. */
    private static final long LEASE_MS = 30_000;

    private static final Pattern BUCKET = Pattern.compile("[0-9]+");
    private static final byte[] PAGE = RedisKeys.bytes(CheckRunner.BATCH);
    private static final byte[] COUNT = RedisKeys.bytes("COUNT");
    private static final byte[] GROUP = RedisKeys.bytes("workers");

    private final Redis redis;
    private final RedisKeys keys;
    private final CheckRunner runner;
    private final Violations violations;
    private final Set<String> liveWorkers;
    private final DoctorProgress pace;
    private final QueueName queue;
    private final byte[] base;

    /** @param liveWorkers ids of the workers whose consumers are needed */
    QueueCheck(Redis redis, RedisKeys keys, Violations violations, Set<String> liveWorkers, DoctorProgress pace,
            QueueName queue) {
        this.redis = redis;
        this.keys = keys;
        this.runner = new CheckRunner(redis, keys, violations);
        this.violations = violations;
        this.liveWorkers = liveWorkers;
        this.pace = pace;
        this.queue = queue;
        this.base = RedisKeys.bytes(keys.base(queue));
    }

    void run() {
        if (!typesAreRight()) {
            return;
        }
        pace.expect(size());
        runner.check(queue, Script.CHECK_QUEUE, List.of(),
                List.of(level(Priority.HIGH), level(Priority.NORMAL), level(Priority.LOW)));
        runner.check(queue, Script.CHECK_SETTINGS, List.of(), StoredSettings.BOUNDS.entrySet().stream()
                .map(bound -> new Item(bound.getKey(),
                        Args.of(bound.getKey(), bound.getValue())))
                .toList());
        for (Priority priority : Priority.values()) {
            line(priority);
            leases(priority);
            running(priority);
            consumers(priority);
        }
        for (String index : List.of("scheduled", "retrying", "parked", "dead")) {
            index(index);
        }
        marks("cancelled");
        marks("cancelling");
        kept();
        total();
    }

    private static Item level(Priority priority) {
        return new Item("ready:" + priority.code(), Args.of(priority));
    }

    /**
     * A key of the wrong type would fail everything that reads it, so the queue is looked at only when there is none.
     */
    private boolean typesAreRight() {
        String own = "hr:{q}:";
        List<RedisKeys.Kind> kinds = RedisKeys.ALL.stream().filter(kind -> kind.pattern().startsWith(own)
                && !kind.pattern().contains("<") && !kind.type().equals("channel")).toList();
        List<String> names = kinds.stream().map(kind -> kind.pattern().substring(own.length())).toList();
        List<Object> answers = redis.exchange(base, names.stream()
                .map(name -> new Request(Command.TYPE, keys.index(queue, name))).toList());
        boolean right = true;
        for (int i = 0; i < names.size(); i++) {
            String type = Replies.text(Redis.checked(answers.get(i)));
            if (!type.equals("none") && !type.equals(kinds.get(i).type())) {
                violations.add(Violation.of(queue.value(), Defect.WRONG_TYPE, keys.base(queue) + names.get(i),
                        type + " instead of " + kinds.get(i).type()));
                right = false;
            }
        }
        return right;
    }

    private long size() {
        List<Request> requests = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            requests.add(new Request(Command.XLEN, keys.ready(queue, priority)));
        }
        for (String index : List.of("scheduled", "retrying", "parked", "dead")) {
            requests.add(new Request(Command.ZCARD, keys.index(queue, index)));
        }
        return redis.exchange(base, requests).stream().mapToLong(n -> n instanceof Long l ? l : 0).sum();
    }

    /** From the first entry to what is the last one now. */
    private void line(Priority priority) {
        byte[] stream = keys.ready(queue, priority);
        List<Object> last = Replies.list(ask(Command.XREVRANGE, stream, RedisKeys.bytes("+"), RedisKeys.bytes("-"),
                COUNT, RedisKeys.bytes(1)));
        if (last.isEmpty()) {
            return;
        }
        String end = Replies.text(Replies.list(last.get(0)).get(0));
        String from = "-";
        List<Object> page;
        do {
            page = Replies.list(ask(Command.XRANGE, stream, RedisKeys.bytes(from), RedisKeys.bytes(end), COUNT, PAGE));
            List<Item> items = new ArrayList<>();
            List<Item> locks = new ArrayList<>();
            for (Object each : page) {
                List<Object> entry = Replies.list(each);
                String address = Replies.text(entry.get(0));
                from = "(" + address;
                items.add(entry(priority, address, Replies.list(entry.get(1)), locks));
            }
            runner.check(queue, Script.CHECK_LINE, List.of(code(priority)), items);
            runner.check(queue, Script.CHECK_LOCKS, List.of(), locks);
            pace.looked(page.size());
            pace.did(page.size(), queue + " line");
        } while (page.size() == CheckRunner.BATCH);
    }

    private Item entry(Priority priority, String address, List<Object> fields, List<Item> locks) {
        ReadyEntry content = ReadyEntry.of(queue, priority, address, fields);
        boolean named = !fields.isEmpty() && Replies.text(fields.get(0)).equals("id");
        if (named && !Replies.text(fields.get(1)).equals(content.id().toString())) {
            violations.add(Violation.of(queue.value(), Defect.NOT_AN_ID, Replies.text(fields.get(1)),
                    "in entry " + address + " of ready:" + priority.code()));
        }
        read(content.id().toString(), content.document(), "in entry " + address + " of ready:" + priority.code(),
                locks);
        return new Item(content.id().toString(),
                Args.of(address, content.id(),
                        named, Replies.bucket(content.id())));
    }

    /** @param locks gets what there is to be checked of its uniqueness key */
    private void read(String id, byte[] document, String where, List<Item> locks) {
        try {
            JobDocument.parse(document).spec().unique().ifPresent(key -> locks.add(new Item(id,
                    Args.of(id, key))));
        } catch (CorruptDocument e) {
            violations.add(Violation.of(queue.value(), Defect.UNREADABLE, id, where));
        }
    }

    private void leases(Priority priority) {
        byte[] stream = keys.ready(queue, priority);
        List<byte[]> head = Args.of(code(priority), GRACE_MS, LEASE_MS);
        String from = "-";
        List<Object> page;
        do {
            Object answer = redis.exchange(base, List.of(Request.of(Command.XPENDING, stream, GROUP,
                    from, "+", PAGE))).get(0);
            page = Replies.list(answer); // none when there is no group, which is told elsewhere
            List<Item> items = new ArrayList<>();
            for (Object each : page) {
                String entry = Replies.text(Replies.list(each).get(0));
                from = "(" + entry;
                items.add(new Item("entry " + entry + " of ready:" + priority.code(), Args.of(entry)));
            }
            runner.check(queue, Script.CHECK_LEASES, head, items);
        } while (page.size() == CheckRunner.BATCH);
    }

    private void running(Priority priority) {
        scan(Command.HSCAN, keys.index(queue, "running:" + priority.code()), flat -> {
            List<Item> items = new ArrayList<>();
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                String entry = Replies.text(flat.get(i));
                items.add(new Item("entry " + entry + " of ready:" + priority.code(), Args.of(entry)));
            }
            runner.check(queue, Script.CHECK_RUNNING, List.of(code(priority)), items);
        });
    }

    private void consumers(Priority priority) {
        Object answer = redis.exchange(base,
                List.of(Request.of(Command.XINFO, "CONSUMERS", keys.ready(queue, priority),
                        GROUP)))
                .get(0);
        List<Item> items = new ArrayList<>();
        for (Object each : Replies.list(answer)) {
            String name = Replies.map(each).getOrDefault("name", "");
            if (!name.equals("released") && !liveWorkers.contains(name)) {
                items.add(new Item(name + " of ready:" + priority.code(), Args.of(name)));
            }
        }
        runner.check(queue, Script.CHECK_CONSUMERS, List.of(code(priority)), items);
    }

    private void index(String index) {
        scan(Command.ZSCAN, keys.index(queue, index), flat -> {
            List<Item> items = new ArrayList<>();
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                items.add(Item.of(Replies.text(flat.get(i))));
            }
            runner.check(queue, Script.CHECK_INDEX, Args.of(index, MISSING), items);
            for (int from = 0; from < items.size(); from += CheckRunner.BATCH) {
                readDocuments(index, items.subList(from, Math.min(items.size(), from + CheckRunner.BATCH)));
            }
            pace.looked(items.size());
            pace.did(items.size(), queue + " " + index);
        });
    }

    private void readDocuments(String index, List<Item> items) {
        byte[][] names = items.stream().map(item -> keys.job(queue, item.subject())).toArray(byte[][]::new);
        List<Object> documents = Replies.list(redis.ask(base, new Request(Command.MGET, names)));
        List<Item> locks = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (documents.get(i) instanceof byte[] document) {
                String id = items.get(i).subject();
                read(id, document, index, locks);
                if (!isIdOf(queue, id)) {
                    violations.add(Violation.of(queue.value(), Defect.NOT_AN_ID, id, "in " + index));
                }
            }
        }
        if (!index.equals("dead")) { // whose locks are free
            runner.check(queue, Script.CHECK_LOCKS, List.of(), locks);
        }
    }

    static boolean isIdOf(QueueName queue, String text) {
        try {
            return JobId.parse(text).queue().equals(queue);
        } catch (InvalidInput e) {
            return false;
        }
    }

    private void marks(String set) {
        scan(Command.SSCAN, keys.index(queue, set), members -> runner.check(queue, Script.CHECK_MARKS,
                Args.of(set), members.stream().map(member -> Item.of(Replies.text(member))).toList()));
    }

    private void kept() {
        scan(Command.HSCAN, keys.index(queue, "kept"), flat -> {
            List<Item> items = new ArrayList<>();
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                String field = Replies.text(flat.get(i));
                if (isBucket(field)) {
                    items.add(Item.of(field));
                }
            }
            runner.check(queue, Script.CHECK_KEPT, List.of(), items);
        });
    }

    private static boolean isBucket(String field) {
        return BUCKET.matcher(field).matches(); // and not what is counted of them all
    }

    /**
     * Few buckets are summed up at one instant; many between two looks at counters that tell whether a job has finished
     * meanwhile.
     */
    private void total() {
        byte[] kept = keys.index(queue, "kept");
        for (int i = 0; i < SUMS; i++) {
            boolean few = Replies.number(ask(Command.HLEN, kept)) <= SUMMED_AT_ONCE;
            String before = counters();
            long sum = few ? 0 : sum(kept);
            if (few || before.equals(counters())) {
                runner.check(queue, Script.CHECK_TOTAL, Args.of(SUMMED_AT_ONCE),
                        List.of(new Item(keys.base(queue) + "kept",
                                Args.of(sum, before.split(" ", 2)[0]))));
                return;
            }
        }
    }

    private String counters() {
        List<Object> answers = redis.exchange(base,
                List.of(Request.of(Command.HGET, keys.index(queue, "kept"), "total"),
                        new Request(Command.HGETALL, keys.index(queue, "totals"))));
        return Replies.number(answers.get(0)) + " " + Replies.map(answers.get(1));
    }

    private long sum(byte[] kept) {
        Map<String, Long> byBucket = new HashMap<>();
        scan(Command.HSCAN, kept, flat -> {
            for (int i = 0; i + 1 < flat.size(); i += 2) {
                if (isBucket(Replies.text(flat.get(i)))) {
                    byBucket.put(Replies.text(flat.get(i)), Replies.number(flat.get(i + 1)));
                }
            }
        });
        return byBucket.values().stream().mapToLong(Long::longValue).sum();
    }

    private void scan(Command command, byte[] key, java.util.function.Consumer<List<Object>> page) {
        byte[] cursor = {'0'};
        do {
            List<Object> reply = Replies.list(ask(command, key, cursor, COUNT, PAGE));
            cursor = (byte[]) reply.get(0);
            List<Object> items = Replies.list(reply.get(1));
            if (!items.isEmpty()) {
                page.accept(items);
            }
        } while (!Replies.text(cursor).equals("0"));
    }

    private Object ask(Command command, byte[]... arguments) {
        return redis.ask(base, new Request(command, arguments));
    }

    private static byte[] code(Priority priority) {
        return RedisKeys.bytes(String.valueOf(priority.code()));
    }
}
