package io.headrace.api.operate;

import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobStore;
import io.headrace.Priority;
import io.headrace.api.http.Access;
import io.headrace.api.http.CachedByQueue;
import io.headrace.api.http.Endpoints;
import io.headrace.api.http.HttpCall;
import io.headrace.api.http.JsonOut;
import io.headrace.api.http.Reply;
import io.headrace.api.http.Route;
import io.headrace.broker.Jobs;
import io.headrace.broker.LinePosition;
import io.headrace.broker.QueueInfo;
import io.headrace.broker.Queues;
import io.headrace.broker.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code GET /v1/jobs/{id}/why}: gathers the facts, has {@link JobDiagnosis} decide. */
public record WhyCall(JobStore store, Queues queues, Jobs jobs, Workers workers,
        CachedByQueue<Optional<ServiceTime>> serviceTimes,
        Endpoints endpoints) {
    public List<Route> routes() {
        return List.of(Route.get("/v1/jobs/{id}/why", Access.VIEW, List.of(), endpoints.blocking(this::why)));
    }

    private Reply why(HttpCall call) {
        JobId id = call.job();
        Job job = Endpoints.found(id, store.find(id));
        QueueInfo queue = Endpoints.known(queues, id.queue());
        boolean queued = job.state() == JobState.QUEUED;
        Optional<LinePosition> spot = queued ? jobs.position(id) : Optional.empty();
        JobDiagnosis.Answer answer = JobDiagnosis
                .explain(new JobDiagnosis.Facts(queues.time(id.queue()), job, queue.paused(),
                        workers.live(), spot, moreUrgent(queue, id.priority()),
                        queued ? serviceTimes.get(id.queue()) : Optional.empty()));
        return Reply.json(200, out -> write(out, job, answer));
    }

    private static long moreUrgent(QueueInfo queue, Priority priority) {
        return Arrays.stream(Priority.values()).filter(other -> other.compareTo(priority) < 0)
                .mapToLong(other -> queue.priorities().getOrDefault(other, 0L)).sum();
    }

    private static void write(JsonOut out, Job job, JobDiagnosis.Answer answer) {
        out.text("id", job.id().toString());
        out.text("state", job.state().label());
        out.text("summary", answer.summary());
        out.objects("reasons", answer.reasons(), (o, reason) -> {
            o.text("code", reason.code());
            o.text("detail", reason.detail());
        });
        JobDiagnosis.Line line = answer.line();
        if (line != null) {
            out.object("line", o -> {
                o.number("position", line.position());
                o.flag("approximate", line.approximate());
                o.text("level", line.priority().label());
            });
        }
        JobDiagnosis.Estimate estimate = answer.estimate();
        if (estimate != null) {
            out.object("estimate", o -> {
                o.time("startAt", estimate.startAt());
                o.duration("serviceTime", estimate.serviceTime());
                o.number("slots", estimate.slots());
                o.number("measuredOver", estimate.measuredOver());
            });
        }
    }
}
