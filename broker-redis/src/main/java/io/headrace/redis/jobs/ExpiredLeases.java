package io.headrace.redis.jobs;

import io.headrace.HeadraceException;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Token;
import io.headrace.redis.connection.Args;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Script;
import io.headrace.redis.jobs.LostAnswers.Asker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Leases the jobs of workers that stayed silent longer than their leases. */
public final class ExpiredLeases {
    /** One script call looks at no more pending entries than this. */
    private static final int PAGE = 500;
    /** One call goes through at most so many pages; the next goes on behind them. */
    private static final int MAX_PAGES = 40;
    /** No worker asks for a shorter lease, so entries that fell silent more recently need no look. */
    private static final long SHORTEST_LEASE_MS = 1_000;
    /** The cursor of a search that begins. */
    private static final String START = "-";

    /** The pending entries that a search goes through. */
    private record Place(QueueName queue, Priority priority) {}

    private final Redis redis;
    private final QueueCache queues;
    private final EntryReader entries;
    private final LostAnswers lostAnswers;
    private final LeaseClock leaseClock;
    /** Where the search goes on, by queue and priority. */
    private final Map<Place, String> cursors = new ConcurrentHashMap<>();

    public ExpiredLeases(Redis redis, RedisKeys keys, QueueCache queues, EntryReader entries, LostAnswers lostAnswers,
            LongSupplier nanoClock) {
        this.redis = redis;
        this.queues = queues;
        this.entries = entries;
        this.lostAnswers = lostAnswers;
        this.leaseClock = new LeaseClock(redis, keys, queues, nanoClock);
    }

    public List<ClaimedJob> reclaim(ClaimRequest request, boolean lastChance) {
        if (!leaseClock.settled(request.queue(), request.lease())) {
            return List.of();
        }
        List<ClaimedJob> jobs = new ArrayList<>();
        int most = Math.min(request.max(), ClaimRequest.MOST);
        boolean more = true;
        for (int page = 0; page < MAX_PAGES && more; page++) {
            boolean one = lastChance && jobs.stream().noneMatch(job -> job.lease().token().lastChance());
            try {
                more = reclaim(request, most - jobs.size(), one, jobs) && jobs.size() < most;
            } catch (HeadraceException e) {
                if (jobs.isEmpty()) {
                    throw e;
                }
                return jobs; // they are leased; the next call meets the failure again
            }
        }
        return jobs;
    }

    /** Whether there are entries left to look at. */
    private boolean reclaim(ClaimRequest request, int most, boolean lastChance, List<ClaimedJob> jobs) {
        QueueName queue = request.queue();
        Args args = Args.of(request.worker(), most, request.lease().toMillis(), PAGE, SHORTEST_LEASE_MS,
                Token.MAX_DELIVERIES, lastChance);
        for (Priority priority : request.order()) {
            args.with(priority, cursors.getOrDefault(new Place(queue, priority), START));
        }
        Asker asker = new Asker(queue, request.worker());
        ClaimReply.Leased leased = ClaimReply.Leased
                .of(lostAnswers.run(asker, redis.script(Script.RECLAIM, queues.base(queue), args)));
        leased.chunks().forEach(chunk -> cursors.put(new Place(queue, chunk.priority()), chunk.cursor()));
        entries.read(asker, leased, jobs);
        return leased.chunks().stream().anyMatch(chunk -> !chunk.cursor().equals(START));
    }
}
