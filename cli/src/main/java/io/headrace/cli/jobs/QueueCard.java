package io.headrace.cli.jobs;

import io.headrace.JobState;
import io.headrace.Priority;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Prints all of one queue, for people. */
final class QueueCard {
    private final Terminal terminal;

    QueueCard(Terminal terminal) {
        this.terminal = terminal;
    }

    void print(JsonTree queue) {
        line("queue", queue.at("queue").text() + (queue.at("paused").flag() ? ", paused" : ""));
        line("workers", queue.at("workers").text());
        line("jobs", counts(queue.at("counts"), Stream.of(JobState.QUEUED, JobState.RUNNING, JobState.SCHEDULED,
                JobState.RETRYING, JobState.PARKED, JobState.DEAD).map(JobState::label)));
        if (queue.at("counts", "queued").number() > 0) {
            line("in line", counts(queue.at("levels"), Arrays.stream(Priority.values()).map(Priority::label))
                    + Optional.of(queue.at("oldestQueuedAge").span()).filter(age -> !age.isEmpty())
                            .map(age -> "; the oldest for " + age).orElse(""));
        }
        line("ended", counts(queue.at("totals"), Stream.of(JobState.SUCCEEDED, JobState.DEAD, JobState.CANCELLED,
                JobState.EXPIRED).map(JobState::label)) + "; attempts failed " + queue.at("totals", "failed").text());
        line("lately", rates(queue.at("rates")));
        settings(queue.at("settings"), queue.at("kept").text());
    }

    private static String counts(JsonTree counts, Stream<String> names) {
        return names.map(name -> name + " " + counts.at(name).maybe().orElse("0")).collect(Collectors.joining(", "));
    }

    private static String rates(JsonTree rates) {
        String minutes = rates.at("minutes").text();
        Map<String, JsonTree> each = rates.at("perMinute").members();
        return each.isEmpty() ? "nothing in the last " + minutes + " minutes"
                : each.entrySet().stream().map(rate -> rate.getKey() + " " + rate.getValue().text())
                        .collect(Collectors.joining(", ")) + " a minute, mean of the last " + minutes;
    }

    private void settings(JsonTree settings, String kept) {
        line("kept", kept + " finished jobs; each for " + settings.at("retention").text() + ", at most "
                + settings.at("maxKept").text());
        String most = settings.at("maxBacklog").text();
        line("backlog", most.equals("0") ? "without limit" : "at most " + most + " queued");
    }

    private void line(String name, String value) {
        terminal.card(name, 9, Format.plain(value));
    }
}
