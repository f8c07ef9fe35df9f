package io.headrace.cli.faults;

import io.headrace.Attempt;
import io.headrace.History;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.Claim;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Lease;
import io.headrace.broker.Renewal;
import io.headrace.broker.Verdict;
import io.headrace.broker.WriteResult;
import io.headrace.cli.faults.handler.NotingHandler;
import io.headrace.contract.process.RedisConnection;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.worker.Worker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A worker process with a bug that queues really had, to show that the history checker sees it. It is the real worker
 * on a broker that does one thing wrong and hands everything else to the real one.
 */
final class BrokenWorker {
    /** What it does wrong. */
    enum Bug {
        /** Nothing. */
        NONE,
        /** Nothing, but that it neither renews leases nor takes any over, as one cut off from Redis for that while. */
        FORGETFUL,
        /** The same, and it records its verdicts without looking whether the lease is still its own. */
        UNFENCED,
        /** Takes jobs out of the queue in one step and writes down that it has them in the next. */
        POP_THEN_PUSH,
        /** Records the success when it takes the job. */
        ACK_BEFORE_RUN
    }

    private final Bug bug;
    private final Broker real;
    private final RedisConnection redis;

    private BrokenWorker(Bug bug, Broker real, RedisConnection redis) {
        this.bug = bug;
        this.real = real;
        this.redis = redis;
    }

    /** Arguments: the port of Redis, the bug. */
    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[0]);
        RedisBroker real = RedisBroker.connect(RedisConfig.parse("redis://127.0.0.1:" + port), BrokerObserver.NONE);
        BrokenWorker broken = new BrokenWorker(Bug.valueOf(args[1]), real,
                new RedisConnection(port, Duration.ofSeconds(5)));
        Worker worker = Worker.builder(broken.broker()).queue(RedisTopology.QUEUE, 1).slots(10)
                .lease(Duration.ofSeconds(1)).handler(new NotingHandler()).build();
        System.out.println("worker " + worker.id().value());
        worker.start();
    }

    /** Everything goes to the real broker, but for the calls that the bug is about. */
    private Broker broker() {
        return (Broker) Proxy.newProxyInstance(Broker.class.getClassLoader(), new Class<?>[]{Broker.class},
                (self, method, arguments) -> {
                    Object[] given = arguments == null ? new Object[0] : arguments;
                    return switch (method.getName()) {
                        case "renew" -> renew(given);
                        case "reclaim" -> forgetful() ? List.of() : pass(method, given);
                        case "claim" -> claim((ClaimRequest) given[0]);
                        case "settle", "settleSoon" -> settle((Verdict) given[0]);
                        default -> pass(method, given);
                    };
                });
    }

    private @Nullable Object pass(Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    @SuppressWarnings("unchecked")
    private Renewal renew(Object[] arguments) {
        return forgetful() ? new Renewal(List.of(), List.of())
                : real.renew((Collection<Lease>) arguments[0], (Duration) arguments[1]);
    }

    private boolean forgetful() {
        return bug == Bug.FORGETFUL || bug == Bug.UNFENCED;
    }

    private Claim claim(ClaimRequest request) throws IOException, InterruptedException {
        Claim claim = real.claim(request);
        for (ClaimedJob job : claim.jobs()) {
            if (bug == Bug.ACK_BEFORE_RUN) {
                real.settle(success(job)).toCompletableFuture().join();
            } else if (bug == Bug.POP_THEN_PUSH) {
                pop(job.lease());
            }
        }
        if (bug == Bug.POP_THEN_PUSH && !claim.jobs().isEmpty()) {
            System.out.println("popped " + claim.jobs().size());
            TimeUnit.MINUTES.sleep(1); // and here it dies
        }
        return claim;
    }

    private Object settle(Verdict verdict) {
        if (bug == Bug.UNFENCED) {
            try {
                record(verdict);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return bug == Bug.UNFENCED || bug == Bug.ACK_BEFORE_RUN
                ? CompletableFuture.completedFuture(WriteResult.RECORDED)
                : real.settle(verdict);
    }

    private static Verdict success(ClaimedJob job) {
        History run = job.document().history().and(new Attempt(job.lease().attempt(),
                job.lease().token().worker().value(), job.claimedAt(), job.claimedAt(),
                Attempt.Outcome.SUCCEEDED, null)).ended(JobState.SUCCEEDED, job.claimedAt(), null);
        return Verdict.finish(job.lease(), job.document().with(run));
    }

    private synchronized void pop(Lease lease) throws IOException {
        redis.call("MULTI");
        withdraw(lease);
        redis.call("EXEC");
    }

    private synchronized void record(Verdict verdict) throws IOException {
        JobId id = verdict.lease().job();
        redis.call("MULTI");
        withdraw(verdict.lease());
        redis.call("HSET", RedisTopology.BASE + "finished:" + id.millis() / 100, id.toString(),
                new String(verdict.document().bytes(), StandardCharsets.UTF_8));
        redis.call("EXEC");
    }

    private void withdraw(Lease lease) throws IOException {
        String entry = lease.token().entry().substring(1); // behind the letter of the level
        String stream = RedisTopology.BASE + "ready:" + lease.job().priority().code();
        redis.call("XACK", stream, "workers", entry);
        redis.call("XDEL", stream, entry);
        redis.call("HDEL", RedisTopology.BASE + "running:" + lease.job().priority().code(), entry);
    }
}
