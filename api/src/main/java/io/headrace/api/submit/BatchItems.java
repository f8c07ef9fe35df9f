package io.headrace.api.submit;

import io.headrace.Submission;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of a batch in the order of its body, each until its turn in the answer has come. A bad job is an item of the
 * answer and the others go on. Lives on its loop's thread.
 */
final class BatchItems {
    /** One job; settled when the broker has taken it, or it is known why not. */
    static final class Item {
        @Nullable
        Submission submission;
        @Nullable
        Problem problem;
    }

    private final BatchAnswer answer = new BatchAnswer();
    private final Deque<Item> waiting = new ArrayDeque<>();
    /** How many have left {@link #waiting} for the answer. */
    private long answered;
    private boolean anyUnknown;
    /**
     * How many jobs were refused because the queue is full: another job may be one that it has already, so each is
     * asked for.
     */
    private long refused;
    private @Nullable Problem full;

    Item add() {
        Item item = new Item();
        waiting.add(item);
        return item;
    }

    boolean isNext(Item item) {
        return waiting.peek() == item;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    BatchAnswer answer() {
        return answer;
    }

    /**
     * Moves what is settled to the answer, in order.
     *
     * @return the first problem that any job after it would meet as well, null when there was none
     */
    @Nullable
    Problem settle() {
        Problem met = null;
        for (Item head = waiting.peek(); head != null; head = waiting.peek()) {
            if (head.submission != null) {
                answer.accepted(head.submission);
            } else if (head.problem != null) {
                reject(head.problem);
                met = met == null && stops(head.problem) ? head.problem : met;
            } else {
                break;
            }
            waiting.remove();
            answered++;
        }
        return met;
    }

    private void reject(Problem problem) {
        anyUnknown |= problem.type() == ProblemType.OUTCOME_UNKNOWN;
        if (problem.type() == ProblemType.BACKLOG_FULL) {
            refused++;
            full = problem;
        }
        answer.rejected(answered, problem);
    }

    private boolean stops(Problem problem) {
        return problem.type() == ProblemType.BROKER_UNAVAILABLE
                || (problem.concernsEveryJob() && answer.accepted() == 0);
    }

    /** Why there was no room for any job; null when there was, or a job was refused for something else. */
    @Nullable
    Problem full() {
        return refused > 0 && refused == answered ? full : null;
    }

    /** Whether no job of those answered so far can have been stored. */
    boolean noneStored() {
        return answer.accepted() == 0 && !anyUnknown;
    }
}
