package io.headrace.api.http;

import io.headrace.runtime.ByteBudget;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The budget of the memory that clients make this server hold. What they send, and what they are sent and have not
 * read, is counted in bytes against a budget of a quarter of the heap, and whoever finds it spent is turned away; looks
 * at the broker, whose size is known only when they have been taken, share an eighth of the heap and wait for their
 * turn. Thread-safe.
 */
public final class ClientMemory {
    /** What was turned away. */
    public enum Shed {
        /** A request was refused, with {@code overloaded}. */
        REQUEST("request"),
        /** A client that kept the server waiting was dropped. */
        CLIENT("client"),
        /** A connection was closed in favour of another one. */
        CONNECTION("connection");

        private final String label;

        Shed(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /** What a look at the broker may find. */
    public enum Weight {
        /** Nothing whose size others choose. */
        SMALL,
        /** One job. */
        JOB,
        /** A page of jobs or lines. */
        PAGE
    }

    /** What is longer must leave an eighth of the budget to what is not. */
    static final int SMALL_BYTES = 16 * 1024;

    /** What an open connection takes of the budget, with a head that has half arrived; they may take half of it. */
    private static final int CONNECTION_BYTES = 16 * 1024;
    /** No fewer connections than this, however small the heap. */
    private static final int LEAST_CONNECTIONS = 64;
    /** A look has its find as stored, as read, as written and as sent, of a payload and a result each. */
    private static final int FORMS = 8;
    /** What a page can have on top of a job: a MiB of them, in each of its forms. */
    private static final int PAGE_KIB = 8 * 1024;
    private static final int SMALL_PARTS = 8;
    /** How long a look waits for its turn: as long as the broker may take to answer. */
    private static final long PATIENCE_MS = 5_000;

    private final ByteBudget budget;
    private final int lookKib;
    private final Semaphore looks;
    private final Map<Weight, Integer> weights = new EnumMap<>(Weight.class);
    private final Map<Shed, AtomicLong> shed = new EnumMap<>(Shed.class);

    /** @param maxPayload of a job, in bytes */
    public ClientMemory(ByteBudget budget, int maxPayload) {
        this.budget = budget;
        this.lookKib = (int) Math.min(Integer.MAX_VALUE, Math.max(1, budget.total() / 2 / 1024));
        this.looks = new Semaphore(lookKib, true);
        int job = FORMS * Math.max(1, maxPayload / 1024);
        weights.put(Weight.SMALL, 0);
        weights.put(Weight.JOB, Math.min(lookKib, job));
        weights.put(Weight.PAGE, Math.min(lookKib, PAGE_KIB + job));
        for (Shed what : Shed.values()) {
            shed.put(what, new AtomicLong());
        }
    }

    /**
     * Takes bytes if so many are left: large things must leave some to small ones, so that few large ones stop nobody.
     */
    boolean tryTake(long bytes) {
        boolean small = bytes <= SMALL_BYTES;
        return (small || budget.held() == 0 || budget.left() - bytes >= budget.total() / SMALL_PARTS)
                && budget.tryReserve(bytes);
    }

    /** Whether so many could be taken now, without taking them. */
    public boolean fits(long bytes) {
        return budget.held() == 0 || budget.left() - bytes >= budget.total() / SMALL_PARTS;
    }

    /** Takes bytes that are in memory already. */
    void take(long bytes) {
        budget.reserve(bytes);
    }

    void give(long bytes) {
        budget.release(bytes);
    }

    /** How much one client may have of it while it has enough to go on with. */
    public long share() {
        return budget.total() / SMALL_PARTS;
    }

    /** Whether nothing large should be begun now. */
    public boolean spent() {
        return budget.left() < budget.total() / SMALL_PARTS;
    }

    /** Whether more is held than may be. */
    boolean overdrawn() {
        return budget.left() == 0;
    }

    /** Waits until there is room for a look; called by the thread that will take it. */
    void awaitTurn(Weight weight) throws InterruptedException {
        int kib = kib(weight);
        if (kib > 0 && !looks.tryAcquire(kib, PATIENCE_MS, TimeUnit.MILLISECONDS)) {
            throw refused("too much is being looked up");
        }
    }

    /** What a look found is not in memory any more. */
    void looked(Weight weight) {
        looks.release(kib(weight));
    }

    private int kib(Weight weight) {
        return weights.getOrDefault(weight, 0);
    }

    /** How many connections may be open at once. */
    public int mostConnections() {
        return (int) Math.max(LEAST_CONNECTIONS, Math.min(Integer.MAX_VALUE, budget.total() / 2 / CONNECTION_BYTES));
    }

    /** The answer to a request for which there is no room. */
    public Problem refused(String why) {
        count(Shed.REQUEST);
        return ProblemType.OVERLOADED.problem(why + " for the memory that this server has");
    }

    public void count(Shed what) {
        counter(what).incrementAndGet();
    }

    private AtomicLong counter(Shed what) {
        return Objects.requireNonNull(shed.get(what));
    }

    /** How many requests were refused since the start. */
    long refusals() {
        return shed(Shed.REQUEST);
    }

    /** How often it happened since the start. */
    public long shed(Shed what) {
        return counter(what).get();
    }

    /** How many bytes are held now, those of looks included. */
    public long held() {
        return budget.held() + (lookKib - looks.availablePermits()) * 1024L;
    }

    /** How many may be. */
    public long most() {
        return budget.total() + lookKib * 1024L;
    }
}
