package io.headrace.redis.connection;

import io.headrace.BrokerUnavailable;
import io.headrace.HeadraceException;
import io.headrace.OutcomeUnknown;
import io.headrace.broker.BrokerObserver;
import io.headrace.redis.config.RedisConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/**
 * The way to Redis, the same for one server, Sentinel and Cluster: borrow the connection that serves a key, send some
 * commands, flush once, read their answers. Nothing is ever sent twice unless Redis said that it did not run it. Every
 * wait is bounded. Thread-safe.
 */
public final class Redis implements AutoCloseable {
    /**
     * How long a connection attempt and an answer may take. Answers come in microseconds; a fork for the AOF can stall
     * longer.
     */
    static final int TIMEOUT_MS = 5_000;

    /**
     * A connection not used for longer than this is tried with a PING first, so that a restart of Redis costs nobody an
     * answer.
     */
    private static final long TRUSTED_NANOS = Duration.ofSeconds(1).toNanos();
    /** Two redirections follow a moved slot; a third means that the cluster is still changing. */
    private static final int REDIRECTIONS = 3;

    private final ConnectionPools pools;
    private final BrokerObserver observer;
    private final LongSupplier nanoClock;
    private final WrongTypes wrongTypes;
    private final RedisOutage outage;
    private final int database;
    /** When an exchange last succeeded. Racy by design: it only spares PINGs. */
    private volatile long lastSuccess;

    public Redis(RedisConfig config, BrokerObserver observer, int maxConnections, LongSupplier nanoClock) {
        this(config, observer, maxConnections, nanoClock, null);
    }

    /** @param shared the outage of another way to the same Redis, or null */
    private Redis(RedisConfig config, BrokerObserver observer, int maxConnections, LongSupplier nanoClock,
            @Nullable RedisOutage shared) {
        UnexpectedErrors unexpected = new UnexpectedErrors(nanoClock);
        this.observer = new GuardedObserver(observer, unexpected);
        this.outage = shared != null ? shared
                : new RedisOutage(this.observer, config.kind() == RedisConfig.Kind.CLUSTER, this::answers, nanoClock,
                        unexpected);
        this.database = config.database();
        this.nanoClock = nanoClock;
        this.wrongTypes = new WrongTypes(this, nanoClock);
        this.lastSuccess = nanoClock.getAsLong() - TRUSTED_NANOS;
        try {
            this.pools = new ConnectionPools(config, maxConnections);
        } catch (JedisException e) {
            throw new BrokerUnavailable("cannot reach " + config + ": " + why(e), e);
        }
    }

    /**
     * More connections to the same Redis, for waits, which are not round trips; what either notices of an outage counts
     * for both.
     */
    public Redis forWaits(RedisConfig config, int maxConnections) {
        return new Redis(config, BrokerObserver.NONE, maxConnections, nanoClock, outage);
    }

    /** A script with its one key; in another database than 0 what the names of its channels start with is a second. */
    public Request script(Script script, byte[] base, List<byte[]> arguments) {
        return Request.script(script, database == 0 ? List.of(base) : List.of(base, RedisKeys.channels(base, database)),
                arguments);
    }

    private static final byte[] PROBED = {'p'};

    /** The server that a key lies on now, as far as known: no promise. One for all but in a cluster. */
    public String server(byte[] key) {
        return pools.server(key);
    }

    /** Keys with the same number are served by the same connection. */
    public int shard(byte[] key) {
        return pools.shard(key);
    }

    /**
     * Sends all requests in one flush and reads their answers; an error that Redis answers stands in its place of the
     * list.
     *
     * @param key names the server
     * @throws BrokerUnavailable when nothing was sent
     * @throws OutcomeUnknown when the connection died in between
     */
    public List<Object> exchange(byte[] key, List<Request> requests) {
        return exchange(key, requests, 0);
    }

    /**
     * @param closing so many requests at the end speak of those before them, and are repeated whenever one of those is
     */
    public List<Object> exchange(byte[] key, List<Request> requests, int closing) {
        List<Object> answers = send(key, requests, false);
        return wrongTypes.named(requests, settleErrors(key, requests, closing, answers));
    }

    /**
     * One request; an error that Redis answers is thrown as {@link BrokerUnavailable}, a wrong type as
     * {@link io.headrace.DataDamaged}.
     */
    public Object call(byte[] key, Request request) {
        return checked(exchange(key, List.of(request)).get(0));
    }

    /** One script. */
    public Object run(Script script, byte[] base, List<byte[]> arguments) {
        return call(base, script(script, base, arguments));
    }

    /** A call that may be repeated: it is sent once more if its connection died. */
    public Object ask(byte[] key, Request request) {
        try {
            return call(key, request);
        } catch (OutcomeUnknown e) {
            return call(key, request);
        }
    }

    /** Requests that may be repeated, in one flush; an error that Redis answers stands in its place of the list. */
    public List<Object> askAll(byte[] key, List<Request> requests) {
        try {
            return wrongTypes.named(requests, settleErrors(key, requests, 0, send(key, requests, true)));
        } catch (OutcomeUnknown e) {
            return exchange(key, requests);
        }
    }

    /**
     * Requests that may be repeated, about keys that may lie on several servers: a flush for each of these, however
     * many slots of a cluster the keys are in. The answers are in the order of the requests; an error that Redis
     * answers stands in its place of the list.
     *
     * @param most of them go in one flush
     */
    public List<Object> askEach(List<Request> requests, int most) {
        Map<String, List<Integer>> servers = new LinkedHashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            servers.computeIfAbsent(server(requests.get(i).key()), server -> new ArrayList<>()).add(i);
        }
        Object[] answers = new Object[requests.size()];
        for (List<Integer> places : servers.values()) {
            for (int from = 0; from < places.size(); from += most) {
                askSome(requests, places.subList(from, Math.min(places.size(), from + most)), answers);
            }
        }
        return new ArrayList<>(Arrays.asList(answers));
    }

    private void askSome(List<Request> requests, List<Integer> places, Object[] answers) {
        List<Object> some = askAll(requests.get(places.get(0)).key(), places.stream().map(requests::get).toList());
        for (int i = 0; i < places.size(); i++) {
            Request request = requests.get(places.get(i));
            // Where its slot is now is known only after the first one was told that it has moved.
            answers[places.get(i)] = some.get(i) instanceof JedisMovedDataException
                    ? askAll(request.key(), List.of(request)).get(0)
                    : some.get(i);
        }
    }

    /** A script that may be repeated. */
    public Object ask(Script script, byte[] base, List<byte[]> arguments) {
        return ask(base, script(script, base, arguments));
    }

    /** One request whose answer may take longer, because Redis holds it back until there is something to say. */
    public Object await(byte[] key, Request request, int atMostMs) {
        Object answer = awaitOnce(key, request, atMostMs);
        for (int round = 0; round < REDIRECTIONS && answer instanceof JedisMovedDataException; round++) {
            pools.renewed();
            answer = awaitOnce(key, request, atMostMs);
        }
        return checked(wrongTypes.named(List.of(request), List.of(answer)).get(0));
    }

    private Object awaitOnce(byte[] key, Request request, int atMostMs) {
        long start = nanoClock.getAsLong();
        Connection connection = borrow(key);
        try {
            connection.setSoTimeout(atMostMs + TIMEOUT_MS);
            connection.sendCommand(request.command(), request.arguments());
            Object answer = connection.getMany(1).get(0);
            connection.setSoTimeout(TIMEOUT_MS);
            lastSuccess = nanoClock.getAsLong();
            outage.succeeded(shard(key), start);
            return answer == null ? NIL : answer;
        } catch (JedisException e) {
            connection.setBroken();
            noteFailure(key, e);
            throw new BrokerUnavailable("waiting for Redis failed: " + why(e), e);
        } catch (RuntimeException | Error e) { // half an answer may be unread: nobody else must get the rest
            connection.setBroken();
            throw e;
        } finally {
            pools.release(connection);
        }
    }

    /** A connection that the caller keeps and closes. */
    public Connection borrow(byte[] key) {
        return borrow(key, false);
    }

    private Connection borrow(byte[] key, boolean untried) {
        outage.refuse();
        boolean trusted = untried || nanoClock.getAsLong() - lastSuccess < TRUSTED_NANOS;
        try {
            Connection connection = pools.connect(key);
            if (!trusted && !pools.alive(connection)) {
                pools.dropIdle();
                connection = pools.connect(key);
            }
            return connection;
        } catch (JedisException e) {
            pools.dropIdle();
            if (!ConnectionPools.exhausted(e)) {
                outage.failed(shard(key), why(e));
            }
            throw new BrokerUnavailable("cannot reach Redis: " + why(e), e);
        }
    }

    /** One connection that breaks says little about Redis, but one that gets no answer, or no successor, does. */
    private void noteFailure(byte[] key, JedisException e) {
        pools.dropIdle();
        if (ConnectionPools.timedOut(e) || !pools.answers(key, true)) {
            outage.failed(shard(key), why(e));
        }
    }

    private boolean answers() {
        return pools.answers(PROBED, false);
    }

    /** @param repeatable whether the caller sends them again if their connection died, so that it needs no trial */
    private List<Object> send(byte[] key, List<Request> requests, boolean repeatable) {
        Connection connection = borrow(key, repeatable);
        long start = nanoClock.getAsLong();
        try {
            for (Request request : requests) {
                connection.sendCommand(request.command(), request.arguments());
            }
            List<Object> answers = connection.getMany(requests.size());
            long end = nanoClock.getAsLong();
            lastSuccess = end;
            outage.succeeded(shard(key), start);
            observer.roundTrip(Duration.ofNanos(end - start));
            if (answers.stream().anyMatch(Redis::demoted)) {
                connection.setBroken();
                pools.dropIdle();
            }
            return answers;
        } catch (JedisException e) {
            connection.setBroken();
            noteFailure(key, e);
            throw new OutcomeUnknown("the connection to Redis died before the answer: " + why(e), e);
        } catch (RuntimeException | Error e) { // half an answer may be unread: nobody else must get the rest
            connection.setBroken();
            throw e;
        } finally {
            pools.release(connection);
        }
    }

    /** Whether the server is no master any more: who is one now is found by connecting anew. */
    private static boolean demoted(Object answer) {
        return answer instanceof JedisDataException e && String.valueOf(e.getMessage()).startsWith("READONLY");
    }

    /**
     * Repeats what Redis refused to run here and now: scripts it does not know yet, and keys that moved to another
     * node. An ASK is not followed: while a slot is on its way, some keys of a queue are here and some there, and a
     * script that sees half of a queue would do harm. Its answer is an error until the slot has arrived; see
     * docs/decisions/0016.
     */
    private List<Object> settleErrors(byte[] key, List<Request> requests, int closing, List<Object> answers) {
        List<Object> settled = answers;
        for (int round = 0; round < REDIRECTIONS; round++) {
            List<Integer> again = new ArrayList<>();
            boolean moved = false;
            for (int i = 0; i < settled.size(); i++) {
                if (settled.get(i) instanceof JedisNoScriptException) {
                    again.add(i);
                } else if (settled.get(i) instanceof JedisMovedDataException) {
                    again.add(i);
                    moved = true;
                }
            }
            if (again.isEmpty()) {
                return settled;
            }
            for (int i = requests.size() - closing; i < requests.size(); i++) {
                again.add(i);
            }
            if (moved) {
                pools.renewed();
            }
            settled = new ArrayList<>(settled);
            try {
                repeat(key, requests, again, settled);
            } catch (BrokerUnavailable e) {
                return settled; // what was to be repeated did not run, and the rest did: each keeps its own answer
            } catch (OutcomeUnknown e) {
                for (int i : again) {
                    settled.set(i, e);
                }
                return settled;
            }
        }
        return settled;
    }

    private void repeat(byte[] key, List<Request> requests, List<Integer> again, List<Object> settled) {
        List<Request> all = new ArrayList<>();
        for (Script script : Script.values()) {
            all.add(new Request(Command.SCRIPT, RedisKeys.bytes("LOAD"), script.source()));
        }
        again.forEach(i -> all.add(requests.get(i)));
        List<Object> answers = send(key, all, false);
        int loads = all.size() - again.size();
        Optional<Object> refusal = answers.subList(0, loads).stream()
                .filter(JedisAccessControlException.class::isInstance).findFirst();
        for (int i = 0; i < again.size(); i++) {
            Object answer = answers.get(loads + i);
            // Where a right is missing, the answer without the scripts would not say which.
            settled.set(again.get(i), answer instanceof JedisNoScriptException ? refusal.orElse(answer) : answer);
        }
    }

    /** The answer, or what an error of Redis means to the caller. */
    public static Object checked(@Nullable Object answer) {
        HeadraceException failure = failure(answer);
        if (failure != null) {
            throw failure;
        }
        return answer == null ? NIL : answer;
    }

    /** Stands for a null answer. */
    public static final Object NIL = new Object();

    /**
     * What an answer means that is none: an error of Redis, which ran nothing, or a repetition whose outcome is
     * unknown; else null.
     */
    public static @Nullable HeadraceException failure(@Nullable Object answer) {
        if (answer instanceof JedisDataException e) {
            return new BrokerUnavailable("Redis refused: " + e.getMessage(), e);
        }
        return answer instanceof HeadraceException e ? e : null;
    }

    private static String why(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String told = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return told.startsWith("NOAUTH")
                ? "it asks for a password, which its address lacks (that of 'headrace dev' is dev:FOLDER): " + told
                : told;
    }

    @Override
    public void close() {
        outage.close();
        pools.close();
    }
}
