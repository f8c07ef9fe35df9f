package io.headrace.api.operate;

import io.headrace.Failure;
import io.headrace.Job;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.Priority;
import io.headrace.QueueName;
import io.headrace.api.http.Rfc3339;
import io.headrace.broker.LinePosition;
import io.headrace.broker.WorkerInfo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says, in words for a tired operator, for what reason a job is where it is: decides, and reads nothing. Used once, by
 * one thread.
 */
final class JobDiagnosis {
    /**
     * What is known.
     *
     * @param now by the broker's clock
     * @param workers all that live
     * @param spot where the job stands in line, empty when it is not there
     * @param moreUrgent how many jobs of more urgent priorities are in line
     * @param service how long jobs of the queue take, empty when none has ended
     */
    record Facts(Instant now, Job job, boolean paused, List<WorkerInfo> workers, Optional<LinePosition> spot,
            long moreUrgent,
            Optional<ServiceTime> service) {}

    /** One reason; the first is the one that counts most. */
    record Reason(String code, String detail) {}

    /** Its place in line, counted from 1. */
    record Line(long position, boolean approximate, Priority priority) {}

    /**
     * When it should start.
     *
     * @param slots how many slots work on jobs of its queue and type
     */
    record Estimate(Instant startAt, Duration serviceTime, int slots, int measuredOver) {}

    /** What is answered. */
    record Answer(String summary, List<Reason> reasons, @Nullable Line line, @Nullable Estimate estimate) {}

    /** Ten years: what takes longer is not estimated better. */
    private static final double MOST_SECONDS = 315_360_000;

    private final Facts facts;
    private final Job job;
    private final QueueName queue;
    private final JobType type;
    /** Workers that serve the queue, those of them that claim, and those of these that know the type. */
    private final List<WorkerInfo> serving;
    private final List<WorkerInfo> claiming;
    private final List<WorkerInfo> able;
    private final int slots;
    private final int free;
    private final List<Reason> reasons = new ArrayList<>();

    private JobDiagnosis(Facts facts) {
        this.facts = facts;
        this.job = facts.job();
        this.queue = job.id().queue();
        this.type = job.document().spec().type();
        this.serving = facts.workers().stream().filter(worker -> worker.queues().contains(queue)).toList();
        this.claiming = serving.stream().filter(worker -> worker.state().equals("running")).toList();
        this.able = claiming.stream().filter(worker -> worker.types().contains(type)).toList();
        this.slots = able.stream().mapToInt(WorkerInfo::slots).sum();
        this.free = able.stream().mapToInt(worker -> Math.max(0, worker.slots() - worker.busy())).sum();
    }

    static Answer explain(Facts facts) {
        return new JobDiagnosis(facts).answer();
    }

    private Answer answer() {
        return switch (job.state()) {
            case QUEUED -> queued();
            case RUNNING -> running();
            case SCHEDULED, RETRYING, PARKED -> resting();
            default -> ended();
        };
    }

    private Answer queued() {
        obstacles();
        Line line = facts.spot().map(spot -> new Line(spot.ahead() + 1, spot.approximate(), job.id().priority()))
                .orElse(null);
        Estimate estimate = reasons.isEmpty() ? estimate().orElse(null) : null;
        if (reasons.isEmpty() && free == 0) {
            reasons.add(new Reason("slots-busy", (slots == 1 ? "the only slot" : "all " + slots + " slots") + " of "
                    + those(able, "that knows the type '" + type + "'", "that know the type '" + type + "'")
                    + (slots == 1 ? " is" : " are") + " busy"));
        }
        if (line != null) {
            reasons.add(new Reason("in-line", place(line)));
        }
        String first = reasons.isEmpty() ? "a worker is about to take it" : reasons.get(0).detail();
        boolean placed = line != null && line.position() > 1 && reasons.size() == 2
                && reasons.get(0).code().equals("slots-busy");
        return new Answer(sentence(first + (placed ? ", and " + reasons.get(1).detail() : "") + soon(estimate)),
                reasons, line, estimate);
    }

    /** What keeps any job of this type in this queue from being claimed. */
    private void obstacles() {
        if (facts.paused()) {
            reasons.add(new Reason("paused",
                    "the queue '" + queue + "' is paused: nothing is claimed until somebody resumes it"));
        }
        if (serving.isEmpty()) {
            reasons.add(new Reason("no-worker", "no live worker serves the queue '" + queue
                    + "': start one with 'headrace worker --queue " + queue + "'"));
        } else if (claiming.isEmpty()) {
            reasons.add(new Reason("no-worker",
                    those(serving, "that serves the queue '" + queue + "'", "that serve the queue '" + queue + "'")
                            + (serving.size() == 1 ? " is quiet or stopping" : " are quiet or stopping")));
        } else if (able.isEmpty()) {
            reasons.add(new Reason("type-unknown", (claiming.size() == 1 ? "the only worker"
                    : "none of the "
                            + claiming.size() + " workers")
                    + " of the queue '" + queue + "' "
                    + (claiming.size() == 1 ? "does not know" : "knows") + " the type '" + type + "'" + known()));
        }
    }

    private String known() {
        List<String> types = claiming.stream().flatMap(worker -> worker.types().stream()).map(JobType::value).distinct()
                .sorted().toList();
        return types.isEmpty() ? ""
                : "; known: " + types.stream().limit(5).collect(Collectors.joining(", "))
                        + (types.size() > 5 ? ", …" : "");
    }

    private static String those(List<WorkerInfo> workers, String one, String many) {
        return workers.size() == 1 ? "the worker " + one : "the " + workers.size() + " workers " + many;
    }

    private String place(Line line) {
        long ahead = line.position() - 1;
        String jobs = ahead == 1 ? "1 job" : ahead + " jobs";
        return ahead == 0 && !line.approximate() ? "it is the next of its level '" + line.priority().label() + "'"
                : (line.approximate() ? "about " : "") + jobs + " of its level '" + line.priority().label()
                        + (ahead == 1 ? "' is" : "' are") + " ahead of it";
    }

    /** As if all who know the type did nothing else, and more urgent jobs went first. */
    private Optional<Estimate> estimate() {
        if (facts.spot().isEmpty() || facts.service().isEmpty() || slots == 0) {
            return Optional.empty();
        }
        ServiceTime service = facts.service().get();
        long before = Math.max(0, facts.spot().get().ahead() + facts.moreUrgent() + 1 - free);
        double seconds = Math.min(MOST_SECONDS, (double) before * service.seconds() / slots);
        return Optional.of(new Estimate(facts.now().plusMillis(Math.round(seconds * 1000)), service.mean(), slots,
                service.over()));
    }

    private String soon(@Nullable Estimate estimate) {
        if (estimate == null) {
            return "";
        }
        Duration wait = Duration.between(facts.now(), estimate.startAt());
        return wait.toMillis() < 1000 ? "; it should start within a second"
                : "; it should start in about " + roughly(wait);
    }

    private Answer running() {
        Instant since = job.startedAt();
        String worker = job.worker();
        String by = worker == null ? "a worker" : "worker " + worker;
        String run = by + " runs it" + (since == null ? ""
                : " since " + Rfc3339.format(since) + ", for "
                        + roughly(Duration.between(since, facts.now())))
                + ", attempt " + job.attempt();
        String first = run;
        if (worker != null && facts.workers().stream().noneMatch(live -> live.id().value().equals(worker))) {
            first = by + ", which ran it, has fallen silent: another one takes the job over once its lease is over";
            reasons.add(new Reason("lease-silent", first));
        }
        if (job.cancelling()) {
            String asked = "its cancellation was asked for, and " + by + " is told to stop it";
            first = reasons.isEmpty() ? asked : first;
            reasons.add(new Reason("cancelling", asked));
        }
        reasons.add(new Reason("running", run));
        return new Answer(sentence(first), reasons, null, null);
    }

    private Answer resting() {
        Instant due = job.runAt();
        boolean now = due == null || !due.isAfter(facts.now());
        String when = due == null ? "now"
                : Rfc3339.format(due) + (now ? "" : ", in " + roughly(Duration.between(facts.now(), due)));
        Failure error = job.document().history().error();
        Reason own = switch (job.state()) {
            case SCHEDULED -> new Reason("scheduled", "it is scheduled for " + when);
            case RETRYING -> new Reason("retry-due", (job.attempt() == 0 ? "it"
                    : "attempt " + job.attempt()
                            + " failed" + (error == null ? "" : " with " + error.type()) + ", and the next one")
                    + " is due at " + when);
            default -> new Reason("parked", "the worker that claimed it has no handler for the type '" + type
                    + "': it is offered again at " + when);
        };
        reasons.add(own);
        obstacles();
        String text = own.detail();
        if (now && reasons.size() > 1) {
            text = text + ", but " + reasons.get(1).detail();
        } else if (now) {
            text = text + ": the next claim of a worker puts it in line";
        }
        return new Answer(sentence(text), reasons, null, null);
    }

    private Answer ended() {
        Instant at = job.document().history().finishedAt();
        Failure error = job.document().history().error();
        String detail = (job.state() == JobState.DEAD ? "it died" : "it has ended as " + job.state().label())
                + (at == null ? "" : " at " + Rfc3339.format(at))
                + (job.state() == JobState.DEAD
                        ? " after " + (job.attempt() == 1 ? "1 attempt" : job.attempt() + " attempts")
                                + (error == null ? "" : ", the last one failed with " + error.type())
                                + "; it stays until somebody retries or deletes it"
                        : "");
        reasons.add(new Reason("ended", detail));
        return new Answer(sentence(detail), reasons, null, null);
    }

    private static String sentence(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
    }

    /** In the unit in which a person thinks of it. */
    private static String roughly(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        if (seconds < 120) {
            return seconds < 1 ? "less than a second" : seconds == 1 ? "1 second" : seconds + " seconds";
        }
        if (seconds < 7200) {
            return seconds / 60 + " minutes";
        }
        return seconds < 172_800 ? seconds / 3600 + " hours" : seconds / 86_400 + " days";
    }
}
