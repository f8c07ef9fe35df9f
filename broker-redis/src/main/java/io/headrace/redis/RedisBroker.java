package io.headrace.redis;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.Failure;
import io.headrace.HeadraceException;
import io.headrace.InvalidInput;
import io.headrace.JobId;
import io.headrace.Lookup;
import io.headrace.NewJob;
import io.headrace.Progress;
import io.headrace.QueueName;
import io.headrace.Submission;
import io.headrace.Subscription;
import io.headrace.access.AccessStore;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Jobs;
import io.headrace.broker.Lease;
import io.headrace.broker.Queues;
import io.headrace.broker.Renewal;
import io.headrace.broker.Steer;
import io.headrace.broker.Verdict;
import io.headrace.broker.WorkerId;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.Workers;
import io.headrace.broker.WriteResult;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.DurabilityWait;
import io.headrace.redis.connection.MissingRights;
import io.headrace.redis.connection.PubSub;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Script;
import io.headrace.redis.connection.ServerInfo;
import io.headrace.redis.connection.UnexpectedErrors;
import io.headrace.redis.connection.UnreadableValues;
import io.headrace.redis.jobs.AwaitedClaims;
import io.headrace.redis.jobs.Claims;
import io.headrace.redis.jobs.DirectClaims;
import io.headrace.redis.jobs.DirectReads;
import io.headrace.redis.jobs.Enqueuer;
import io.headrace.redis.jobs.EntryReader;
import io.headrace.redis.jobs.ExpiredLeases;
import io.headrace.redis.jobs.Finder;
import io.headrace.redis.jobs.Housekeeping;
import io.headrace.redis.jobs.JobMessages;
import io.headrace.redis.jobs.LeaseRenewer;
import io.headrace.redis.jobs.LostAnswers;
import io.headrace.redis.jobs.QueueCache;
import io.headrace.redis.jobs.ReadyQueues;
import io.headrace.redis.jobs.Registry;
import io.headrace.redis.jobs.Reporters;
import io.headrace.redis.jobs.VerdictWriter;
import io.headrace.redis.jobs.Wakeups;
import io.headrace.redis.jobs.WatchedQueues;
import io.headrace.redis.operator.RedisAccess;
import io.headrace.redis.operator.RedisJobs;
import io.headrace.redis.operator.RedisQueues;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The broker on Redis Streams. Each method is one role's: {@link Enqueuer}, {@link Claims}, {@link ReadyQueues},
 * {@link VerdictWriter}, {@link LeaseRenewer}, {@link Finder}, {@link Wakeups}, {@link PubSub}, {@link Registry}.
 */
public final class RedisBroker implements Broker {
    private static final Logger LOG = LoggerFactory.getLogger(RedisBroker.class);
    /** Calls that work at once; a few roles' threads and the operator's callers. */
    private static final int WORK_CONNECTIONS = 32;
    /** How many connections may wait: one for each idle waiter's slot, one that listens. */
    private static final int WAIT_CONNECTIONS = 256;

    private final Redis redis;
    /** For long waits, so that they never starve work of connections. */
    private final Redis waits;
    private final QueueCache queueCache;
    private final Enqueuer enqueuer;
    private final VerdictWriter verdictWriter;
    private final AwaitedClaims awaitedClaims;
    private final Claims claims;
    private final ExpiredLeases expiredLeases;
    private final ReadyQueues readyQueues;
    private final LeaseRenewer leaseRenewer;
    private final Finder finder;
    private final Wakeups wakeups;
    private final WatchedQueues watchedQueues;
    private final PubSub pubSub;
    private final JobMessages jobMessages;
    private final Registry registry;
    private final Housekeeping housekeeping;
    private final RedisKeys keys;
    private final DurabilityWait durabilityWait;
    private final Queues queues;
    private final Jobs jobs;
    private final AccessStore access;

    private RedisBroker(RedisConfig config, BrokerObserver observer, LongSupplier nanoClock) {
        UnexpectedErrors unexpected = new UnexpectedErrors(nanoClock);
        this.keys = new RedisKeys(config);
        this.redis = new Redis(config, observer, WORK_CONNECTIONS, nanoClock);
        this.waits = redis.forWaits(config, WAIT_CONNECTIONS);
        this.queueCache = new QueueCache(redis, keys, nanoClock);
        this.durabilityWait = new DurabilityWait(redis, nanoClock);
        this.enqueuer = new Enqueuer(redis, keys, queueCache, durabilityWait, nanoClock);
        Reporters reporters = new Reporters();
        this.verdictWriter = new VerdictWriter(redis, queueCache, reporters);
        LostAnswers lostAnswers = new LostAnswers(verdictWriter::exchange, nanoClock);
        EntryReader entries = new EntryReader(this::setAside, reporters, lostAnswers);
        DirectReads reads = new DirectReads(redis, keys, lostAnswers, entries, verdictWriter::settle);
        this.awaitedClaims = new AwaitedClaims(redis,
                (key, requests, closing) -> verdictWriter.exchange(waits, key, requests, closing), keys, lostAnswers,
                reads,
                nanoClock);
        this.claims = new Claims(redis, queueCache, entries, new Claims.Direct(
                new DirectClaims(redis, keys, lostAnswers, entries, reads, nanoClock), awaitedClaims), lostAnswers,
                nanoClock);
        this.expiredLeases = new ExpiredLeases(redis, keys, queueCache, entries, lostAnswers, nanoClock);
        this.readyQueues = new ReadyQueues(redis, queueCache, claims::inDoubt);
        this.leaseRenewer = new LeaseRenewer(redis, queueCache);
        this.finder = new Finder(redis, queueCache);
        this.wakeups = new Wakeups(waits, keys, nanoClock, unexpected);
        this.watchedQueues = new WatchedQueues(redis, queueCache);
        this.pubSub = new PubSub(waits, keys.silence(), nanoClock, unexpected, watchedQueues::renewAll);
        this.jobMessages = new JobMessages(pubSub);
        UnreadableValues unreadable = new UnreadableValues();
        this.registry = new Registry(redis, keys, unreadable);
        this.housekeeping = new Housekeeping(redis, keys, new Random());
        this.queues = new RedisQueues(redis, keys, queueCache, registry, claims, verdictWriter);
        this.jobs = new RedisJobs(redis, keys, queueCache, finder, unreadable);
        this.access = new RedisAccess(redis, keys, unreadable);
    }

    /** Connects, and tells nobody of round trips; as {@link #connect(RedisConfig, BrokerObserver)} else. */
    public static RedisBroker connect(RedisConfig config) {
        return connect(config, BrokerObserver.NONE);
    }

    /**
     * Connects.
     *
     * @param observer hears how long round trips take, and of outages
     * @throws BrokerUnavailable when the sentinels or the cluster cannot be reached now; one server may come later
     * @throws InvalidInput when the server would lose jobs: it is older than 7.0, or evicts keys when its memory is
     *             full. A server that comes later is checked by {@link #readiness()}
     */
    public static RedisBroker connect(RedisConfig config, BrokerObserver observer) {
        return connect(config, observer, System::nanoTime);
    }

    public static RedisBroker connect(RedisConfig config, BrokerObserver observer, LongSupplier nanoClock) {
        RedisBroker broker = new RedisBroker(config, observer, nanoClock);
        try {
            broker.check(config);
            return broker;
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    private void check(RedisConfig config) {
        ServerInfo server;
        try {
            List<String> missing = MissingRights.missing(redis, config);
            if (!missing.isEmpty()) {
                LOG.warn(
                        "the user of Redis lacks rights, and what needs them fails: {}; the page on deploying lists all"
                                + " redis={}",
                        String.join(" ", missing), config);
            }
            server = ServerInfo.of(redis);
        } catch (BrokerUnavailable e) {
            LOG.debug("Redis cannot be reached yet redis={}", config, e); // the observer has been told
            return;
        }
        server.misfit().ifPresent(why -> {
            throw new InvalidInput("redis", "is unfit: " + why);
        });
        if (server.withoutAppendOnlyFile()) {
            LOG.warn("the append-only file of Redis is off: a crash of Redis loses jobs redis={}", config);
        }
    }

    @Override
    public CompletionStage<Submission> enqueue(NewJob job) {
        return enqueuer.enqueue(job);
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return claims.claim(request, false);
    }

    @Override
    public List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance) {
        return expiredLeases.reclaim(request, lastChance);
    }

    @Override
    public Set<QueueName> ready(WorkerId worker, Set<QueueName> names) {
        return readyQueues.ready(worker, names);
    }

    @Override
    public boolean awaitReady(Set<QueueName> names, Duration atMost) throws InterruptedException {
        return wakeups.await(names, atMost);
    }

    @Override
    public Optional<Claim> awaitClaim(ClaimRequest request, Duration atMost) {
        return awaitedClaims.await(request, atMost);
    }

    @Override
    public CompletionStage<WriteResult> settle(Verdict verdict) {
        return verdictWriter.settle(verdict);
    }

    @Override
    public CompletionStage<WriteResult> settleSoon(Verdict verdict) {
        return verdictWriter.settleSoon(verdict);
    }

    @Override
    public void flush() {
        verdictWriter.flush();
    }

    @Override
    public Renewal renew(Collection<Lease> leases, Duration lease) {
        return leaseRenewer.renew(leases, lease);
    }

    @Override
    public CompletionStage<WriteResult> report(Lease lease, @Nullable Progress progress, long firstLine,
            List<String> lines) {
        return verdictWriter.report(lease, progress, firstLine, lines);
    }

    @Override
    public Optional<Steer> heartbeat(WorkerInfo worker, Duration lifetime) {
        Optional<Steer> steer = registry.heartbeat(worker, lifetime);
        housekeeping.turn(worker);
        return steer;
    }

    @Override
    public Subscription onSteer(WorkerId worker, Runnable callback) {
        return pubSub.listen(Set.of(keys.wished(worker)), message -> callback.run());
    }

    @Override
    public void retire(WorkerId worker, Collection<QueueName> names) {
        names.forEach(queue -> claims.forget(queue, worker.value()));
        registry.retire(worker);
    }

    @Override
    public Subscription onCancel(Set<QueueName> names, Consumer<JobId> callback) {
        return jobMessages.subscribe(Set.copyOf(names), keys::cancel, callback);
    }

    @Override
    public Subscription onChange(QueueName queue, Consumer<JobId> callback) {
        Subscription heard = jobMessages.subscribe(Set.of(queue), keys::changed, callback);
        try {
            watchedQueues.add(queue);
        } catch (HeadraceException e) {
            watchedQueues.remove(queue);
            heard.close();
            throw e;
        }
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.getAndSet(false)) {
                watchedQueues.remove(queue);
                heard.close();
            }
        };
    }

    @Override
    public Lookup find(JobId id) {
        return finder.find(id);
    }

    @Override
    public Lookup await(JobId id) {
        return finder.await(id);
    }

    private void setAside(Verdict verdict) {
        JobId job = verdict.lease().job();
        Failure why = verdict.document().history().error();
        LOG.warn("job set aside: its stored document cannot be read job={} verdict={} error={}", job, verdict.move(),
                why == null ? "" : UnreadableValues.shown(why.message()));
        var unused = verdictWriter.settle(verdict).whenComplete((settlement, failure) -> {
            if (failure != null) {
                LOG.debug("setting aside failed; it is tried again when the lease expires job={}", job, failure);
            }
        });
    }

    @Override
    public Queues queues() {
        return queues;
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public Workers workers() {
        return registry;
    }

    @Override
    public AccessStore access() {
        return access;
    }

    @Override
    public Optional<String> readiness() {
        byte[] key = keys.queues();
        try {
            redis.ask(Script.WRITABLE, key, List.of());
            return ServerInfo.of(redis).objection();
        } catch (HeadraceException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void require(Durability durability) {
        durabilityWait.confirmation(durability, keys.queues());
    }

    @Override
    public void close() {
        enqueuer.close();
        verdictWriter.close();
        wakeups.close();
        pubSub.close();
        queueCache.close();
        waits.close();
        redis.close();
    }
}
