package io.headrace.api.operate;

import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.QueueName;
import io.headrace.access.AuditAction;
import io.headrace.api.access.Audit;
import io.headrace.api.access.AuditDraft;
import io.headrace.api.http.Access;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonIn;
import io.headrace.api.http.ProblemType;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Rfc3339;
import io.headrace.api.http.Route;
import io.headrace.api.http.SentValues;
import io.headrace.api.submit.KnownQueues;
import io.headrace.api.view.JobJson;
import io.headrace.api.view.OperatorJson;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.broker.Jobs;
import io.headrace.broker.QueueDeletion;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.QueueSettings;
import io.headrace.broker.Queues;
import io.headrace.broker.SettingsChange;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The calls about queues. */
public record QueueCalls(Queues queues, Jobs jobs, JobJson jobJson, Audit audit, KnownQueues known,
        Endpoints endpoints) {
    /** How many jobs a page has at most: each may hold a payload of 256 KiB. */
    private static final int MAX_PAGE = 200;
    /** How many queues a page has at most, and where nobody asks for fewer. */
    private static final int MAX_QUEUES = 1_000;
    /** How long one call purges; longer ones would meet the timeouts of proxies. */
    private static final long PURGE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final Set<String> SETTINGS = JsonIn.allowed("maxBacklog", "retention", "maxKept", "paused");

    public List<Route> routes() {
        return List.of(
                Route.get("/v1/queues", Access.VIEW, List.of("limit", "cursor"), endpoints.blocking(this::list)),
                Route.get("/v1/queues/{queue}", Access.VIEW, List.of(), endpoints.blocking(e -> show(e.queue()))),
                new Route(HttpMethod.PATCH, "/v1/queues/{queue}", Access.OPERATE, Reply.JSON, List.of(),
                        audit.withBody(AuditAction.QUEUE_SETTINGS, this::change)),
                Route.post("/v1/queues/{queue}/pause", Access.OPERATE,
                        audit.blocking(AuditAction.QUEUE_PAUSE, (e, draft) -> onKnown(e, draft, queues::pause))),
                Route.post("/v1/queues/{queue}/resume", Access.OPERATE,
                        audit.blocking(AuditAction.QUEUE_RESUME, (e, draft) -> onKnown(e, draft, queue -> {
                            draft.begun(); // workers are woken after the change, which may fail alone
                            queues.resume(queue);
                        }))),
                Route.post("/v1/queues/{queue}/purge", Access.OPERATE,
                        audit.blocking(AuditAction.QUEUE_PURGE, this::purge)),
                new Route(HttpMethod.DELETE, "/v1/queues/{queue}", Access.OPERATE, Reply.JSON, List.of("purge"),
                        audit.blocking(AuditAction.QUEUE_DELETE, this::delete)),
                Route.get("/v1/queues/{queue}/jobs", Access.VIEW,
                        List.of("state", "type", "error", "from", "to", "cursor", "limit"),
                        endpoints.blocking(ClientMemory.Weight.PAGE, this::jobs)));
    }

    /** A page by name; the cursor is the last name of the page before. Only the queues of the page are looked at. */
    private Reply list(HttpCall call) {
        int limit = call.query().number("limit", MAX_QUEUES, 1, MAX_QUEUES);
        Optional<QueueName> after = call.query().text("cursor").map(QueueCalls::cursor);
        List<QueueName> left = queues.names().stream().filter(call.caller()::reaches)
                .filter(name -> after.isEmpty() || name.compareTo(after.get()) > 0).toList();
        List<QueueName> page = left.subList(0, Math.min(limit, left.size()));
        List<QueueInfo> infos = queues.infos(page);
        Optional<String> next = page.size() == left.size() ? Optional.empty()
                : Optional.of(page.get(page.size() - 1).value());
        Reply reply = Reply.json(200, out -> {
            out.objects("queues", infos, (o, queue) -> OperatorJson.queue(o, queue, null));
            next.ifPresent(name -> out.text("next", name));
        });
        return next.map(name -> reply.with("Link",
                "</v1/queues?limit=" + limit + "&cursor=" + encoded(name) + ">; rel=\"next\"")).orElse(reply);
    }

    private static QueueName cursor(String text) {
        try {
            return new QueueName(text);
        } catch (InvalidInput e) {
            throw new InvalidInput("cursor", "must come from an earlier page of queues");
        }
    }

    private Reply show(QueueName queue) {
        QueueInfo info = Endpoints.known(queues, queue);
        QueueSettings settings = queues.settings(queue);
        return Reply.json(200, out -> OperatorJson.queue(out, info, settings));
    }

    private Reply onKnown(HttpCall call, AuditDraft draft, Consumer<QueueName> change) {
        QueueName queue = call.queue();
        Endpoints.known(queues, queue);
        change.accept(queue);
        draft.done();
        return show(queue);
    }

    /** What a PATCH asks for; null leaves a setting as it is. */
    private static final class Change {
        @Nullable
        Long maxBacklog;
        @Nullable
        Duration retention;
        @Nullable
        Long maxKept;
        @Nullable
        Boolean paused;

        void member(String name, JsonIn in) throws IOException {
            switch (name) {
                case "maxBacklog" -> maxBacklog = in.whole(0, QueueSettings.MOST_BACKLOG);
                case "retention" -> retention = in.duration();
                case "maxKept" -> maxKept = in.whole(0, QueueSettings.MOST_KEPT);
                default -> paused = in.flag();
            }
        }

        SettingsChange settings() {
            return new SettingsChange(maxBacklog, retention, maxKept);
        }
    }

    private Reply change(HttpCall call, byte[] body, AuditDraft draft) {
        QueueName queue = call.queue();
        Change change = new Change();
        SentValues sent = JsonIn.read(body, SETTINGS, change::member);
        draft.asked(body);
        SettingsChange settings = sent.made(change::settings);
        draft.begun(); // written, then read: the second step may fail alone
        queues.change(queue, settings);
        if (Boolean.TRUE.equals(change.paused)) {
            queues.pause(queue);
        } else if (change.paused != null) {
            queues.resume(queue);
        }
        draft.done();
        return show(queue);
    }

    /** Ends a purge between two of its batches. */
    private static final class TimeIsUp extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TimeIsUp() {
            super("the purge is to be continued", null, false, false);
        }
    }

    private Reply purge(HttpCall call, AuditDraft draft) {
        QueueName queue = call.queue();
        Endpoints.known(queues, queue);
        long end = System.nanoTime() + PURGE_NANOS;
        long[] count = {0};
        boolean more = false;
        try {
            count[0] = queues.purge(queue, soFar -> {
                count[0] = soFar;
                draft.count(soFar);
                if (System.nanoTime() - end > 0) {
                    throw new TimeIsUp();
                }
            });
        } catch (TimeIsUp e) {
            more = true;
            draft.unfinished();
        }
        draft.count(count[0]);
        boolean unfinished = more;
        return Reply.json(200, out -> {
            out.number("cancelled", count[0]);
            out.flag("more", unfinished);
        });
    }

    private Reply delete(HttpCall call, AuditDraft draft) {
        QueueName queue = call.queue();
        boolean purge = call.query().flag("purge");
        if (purge) {
            draft.detail(Json.parse("{\"purge\":true}"));
        }
        QueueDeletion deletion = queues.delete(queue, purge);
        switch (deletion.result()) {
            case UNKNOWN -> {
                draft.nothing();
                throw ProblemType.UNKNOWN_QUEUE.problem("there is no queue '" + queue + "'");
            }
            case NOT_EMPTY -> {
                draft.nothing();
                throw ProblemType.QUEUE_NOT_EMPTY.problem("the queue '" + queue + "' holds " + words(deletion)
                        + (purge ? "; running jobs end first" : ""));
            }
            default -> draft.count(deletion.count());
        }
        known.forget(queue);
        return Reply.json(200, out -> {
            out.text("queue", queue.value());
            out.number("dropped", deletion.count());
        });
    }

    /** Such as {@code 3 queued, 1 running}. */
    private static String words(QueueDeletion deletion) {
        return Arrays.stream(JobState.values()).filter(state -> deletion.jobs().getOrDefault(state, 0L) > 0)
                .map(state -> deletion.jobs().get(state) + " " + state.label()).collect(Collectors.joining(", "))
                + (deletion.count() == 1 ? " job" : " jobs");
    }

    private Reply jobs(HttpCall call) {
        QueueName queue = call.queue();
        JobState state = call.query().text("state").map(JobState::ofLabel)
                .orElseThrow(() -> new InvalidInput("state", "is required: one of "
                        + Arrays.stream(JobState.values()).map(JobState::label).collect(Collectors.joining(", "))));
        JobType type = call.query().text("type").map(JobType::new).orElse(null);
        int limit = call.query().number("limit", 50, 1, MAX_PAGE);
        JobQuery query = new JobQuery(queue, state, type, call.query().text("error").orElse(null),
                call.query().text("from").map(text -> Rfc3339.parse("from", text)).orElse(null),
                call.query().text("to").map(text -> Rfc3339.parse("to", text)).orElse(null),
                call.query().text("cursor").orElse(null), limit);
        Endpoints.known(queues, queue);
        JobPage<Job> page = jobs.list(query);
        Reply reply = Reply.json(200, out -> {
            out.objects("jobs", page.jobs(), jobJson::listed);
            page.next().ifPresent(next -> out.text("next", next));
        });
        return page.next().map(next -> reply.with("Link", "<" + address(query, next) + ">; rel=\"next\""))
                .orElse(reply);
    }

    private static String address(JobQuery query, String cursor) {
        return "/v1/queues/" + query.queue() + "/jobs?state=" + query.state().label() + and("type", query.type())
                + and("error", query.error()) + and("from", query.from()) + and("to", query.to())
                + and("limit", query.limit()) + and("cursor", cursor);
    }

    private static String and(String name, @Nullable Object value) {
        return value == null ? "" : "&" + name + "=" + encoded(value.toString());
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
