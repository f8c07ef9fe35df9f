package io.headrace.api.operate;

import io.headrace.Durations;
import io.headrace.JobState;
import io.headrace.QueueName;
import io.headrace.api.http.Access;
import io.headrace.api.http.CachedByQueue;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.api.http.SentValues;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.broker.WorkerInfo;
import io.headrace.broker.Workers;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/scaling/{queue}}: numbers for autoscalers. */
public record ScalingCall(Queues queues, Workers workers, CachedByQueue<Optional<ServiceTime>> serviceTimes,
        Endpoints endpoints) {
    private static final Duration DRAIN_WITHIN = Duration.ofMinutes(1);
    private static final int MAX_WORKERS = 100_000;
    private static final int MAX = 100;

    public List<Route> routes() {
        return List.of(Route.get("/v1/scaling/{queue}", Access.VIEW, List.of("slots", "drainWithin", "min", "max"),
                endpoints.blocking(this::scaling)));
    }

    private Reply scaling(HttpCall call) {
        QueueName queue = call.queue();
        Duration drainWithin = call.query().text("drainWithin").map(text -> Durations.parse("drainWithin", text))
                .orElse(DRAIN_WITHIN);
        int min = call.query().number("min", 0, 0, MAX_WORKERS);
        int max = call.query().number("max", Math.max(MAX, min), 0, MAX_WORKERS);
        int asked = call.query().text("slots").isEmpty() ? 0 : call.query().number("slots", 1, 1, 100_000);
        QueueInfo info = Endpoints.known(queues, queue);
        List<WorkerInfo> claiming = workers.live().stream()
                .filter(worker -> worker.queues().contains(queue) && worker.state().equals("running")).toList();
        int slots = asked > 0 ? asked
                : (int) Math.round(claiming.stream().mapToInt(WorkerInfo::slots).average().orElse(Scaling.SLOTS));
        SentValues sent = new SentValues();
        call.query().text("drainWithin").ifPresent(text -> sent.put("drainWithin", text));
        Scaling.Wanted wanted = sent.made(() -> new Scaling.Wanted(slots, drainWithin, min, max));
        Scaling scaling = new Scaling(info.paused(), info.counts().getOrDefault(JobState.QUEUED, 0L),
                queues.due(queue, drainWithin), info.counts().getOrDefault(JobState.RUNNING, 0L), claiming.size(),
                serviceTimes.get(queue), wanted);
        return Reply.json(200, out -> {
            out.text("queue", queue.value());
            out.number("backlog", scaling.backlog());
            out.number("dueSoon", scaling.dueSoon());
            out.number("running", scaling.running());
            out.number("workers", scaling.workers());
            out.number("slots", slots);
            scaling.service().ifPresent(time -> out.duration("serviceTime", time.mean()));
            out.number("desiredWorkers", scaling.desiredWorkers());
        });
    }
}
