package io.headrace.api;

import io.headrace.AuditAction;
import io.headrace.Broker;
import io.headrace.BrokerOperator;
import io.headrace.BrokerOperator.Answer;
import io.headrace.BrokerOperator.Page;
import io.headrace.BrokerOperator.Query;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.QueueName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * {@code dead:retry} and {@code dead:delete}: chooses dead jobs by a filter and moves them, page by page. One call works a
 * bounded time and says whether there is more, so that no proxy gives up on it.
 */
final class DeadCalls {
    private static final Set<String> MEMBERS = JobRequest.ordered("type", "error", "ids", "limit", "dryRun");
    private static final int PAGE = 200;
    private static final int MAX_IDS = 10_000;
    private static final int MAX_LIMIT = 1_000_000;
    /** How many ids an answer shows. */
    private static final int SHOWN = 1_000;
    /** How long a call looks for jobs, and again moves them. */
    private static final long NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Broker broker;
    private final BrokerOperator operator;
    private final Calls calls;
    private final Audit audit;

    DeadCalls(Services services) {
        this.broker = services.broker();
        this.operator = services.operator();
        this.calls = new Calls(services);
        this.audit = services.audit();
    }

    List<Route> routes() {
        return List.of(
                Route.post("/v1/queues/{queue}/dead:retry", Access.OPERATE,
                        calls.withBody(audit.ofBody(AuditAction.DEAD_RETRY,
                                (e, body, deed) -> move(e.queue(), body, operator::retry, deed)))),
                Route.post("/v1/queues/{queue}/dead:delete", Access.OPERATE,
                        calls.withBody(audit.ofBody(AuditAction.DEAD_DELETE,
                                (e, body, deed) -> move(e.queue(), body, operator::deleteDead, deed)))));
    }

    /** Which dead jobs, and whether anything is to happen to them. */
    private static final class Filter {
        @Nullable
        JobType type;
        @Nullable
        String error;
        @Nullable
        List<JobId> ids;
        int limit = MAX_LIMIT;
        boolean dryRun;

        static Filter read(QueueName queue, byte[] body) {
            Filter filter = new Filter();
            if (body.length > 0) {
                JsonIn.read(body, MEMBERS, filter::member);
            }
            if (filter.ids != null && (filter.type != null || filter.error != null)) {
                throw new InvalidInput("ids", "cannot be combined with type or error");
            }
            if (filter.ids != null && !filter.ids.stream().allMatch(id -> id.queue().equals(queue))) {
                throw new InvalidInput("ids", "must all be of the queue '" + queue + "'");
            }
            return filter;
        }

        private void member(String name, JsonIn in) throws IOException {
            switch (name) {
                case "type" -> type = new JobType(in.text());
                case "error" -> error = in.text();
                case "ids" -> ids = in.texts(MAX_IDS).stream().map(Filter::id).toList();
                case "limit" -> limit = (int) in.whole(1, MAX_LIMIT);
                default -> dryRun = in.flag();
            }
        }

        private static JobId id(String text) {
            try {
                return JobId.parse(text);
            } catch (InvalidInput e) {
                throw new InvalidInput("ids", "must be job ids: " + e.getMessage());
            }
        }
    }

    /** What was chosen. */
    private record Chosen(List<JobId> ids, boolean more) {}

    private Reply move(QueueName queue, byte[] body, Function<List<JobId>, List<Answer>> mover,
            Deed deed) {
        Filter filter = Filter.read(queue, body);
        calls.known(queue);
        deed.asked(body);
        Chosen chosen = choose(queue, filter);
        if (filter.dryRun) {
            deed.nothing();
            return answer(chosen.ids(), 0, chosen.more());
        }
        List<JobId> moved = new ArrayList<>();
        int tried = 0;
        long end = System.nanoTime() + NANOS;
        while (tried < chosen.ids().size() && System.nanoTime() - end < 0) {
            List<JobId> page = chosen.ids().subList(tried, Math.min(chosen.ids().size(), tried + PAGE));
            List<Answer> answers = mover.apply(page);
            for (int i = 0; i < page.size(); i++) {
                if (answers.get(i) == Answer.DONE) {
                    moved.add(page.get(i));
                }
            }
            tried += page.size();
            deed.count(moved.size());
        }
        deed.count(moved.size());
        if (chosen.more() || tried < chosen.ids().size()) {
            deed.unfinished();
        }
        return answer(moved, tried - moved.size(), chosen.more() || tried < chosen.ids().size());
    }

    /** Chooses all before moving any: a cursor need not survive the removal of what it has passed. */
    private Chosen choose(QueueName queue, Filter filter) {
        if (filter.ids != null) {
            return new Chosen(filter.ids.stream().distinct().filter(this::dead).limit(filter.limit).toList(), false);
        }
        List<JobId> ids = new ArrayList<>();
        String cursor = null;
        long end = System.nanoTime() + NANOS;
        do {
            Page page = operator.jobs(new Query(queue, JobState.DEAD, filter.type, filter.error, cursor,
                    Math.min(PAGE, filter.limit - ids.size())));
            page.jobs().stream().map(Job::id).forEach(ids::add);
            cursor = page.next().orElse(null);
        } while (cursor != null && ids.size() < filter.limit && System.nanoTime() - end < 0);
        return new Chosen(ids, cursor != null && ids.size() < filter.limit);
    }

    /** A retry would hurry jobs that wait for their time as well, which nobody asked for here. */
    private boolean dead(JobId id) {
        return broker.find(id).job().filter(job -> job.state() == JobState.DEAD).isPresent();
    }

    private static Reply answer(List<JobId> ids, int refused, boolean more) {
        return Reply.json(200, out -> {
            out.number("count", ids.size());
            out.number("refused", refused);
            out.texts("ids", ids.subList(0, Math.min(SHOWN, ids.size())));
            out.flag("more", more);
        });
    }
}
