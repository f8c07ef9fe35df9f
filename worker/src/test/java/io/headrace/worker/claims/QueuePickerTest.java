package io.headrace.worker.claims;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Priority;
import io.headrace.QueueName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class QueuePickerTest {
    private static final QueueName CRITICAL = new QueueName("critical");
    private static final QueueName BULK = new QueueName("bulk");
    private static final QueueName MAIL = new QueueName("mail");

    @Test
    void busyQueuesShareJobsByWeightWhateverTheSizeOfTheClaims() {
        QueuePicker picker = new QueuePicker(weights(6, 3), false);
        Map<QueueName, Integer> jobs = new LinkedHashMap<>();

        for (int i = 0; i < 9_000; i++) {
            QueueName first = picker.order().get(0);
            int got = 1 + i % 7;
            picker.claimed(first, got, false);
            jobs.merge(first, got, Integer::sum);
        }

        double ratio = (double) jobs.getOrDefault(CRITICAL, 0) / jobs.getOrDefault(BULK, 1);
        assertThat(ratio).isBetween(1.95, 2.05);
    }

    @Test
    void aQueueThatWasEmptySavesUpNoCredit() {
        QueuePicker picker = new QueuePicker(weights(1, 1), false);
        for (int i = 0; i < 1_000; i++) {
            picker.claimed(CRITICAL, 0, true);
            picker.claimed(BULK, 10, false);
        }

        int critical = 0;
        for (int i = 0; i < 20; i++) {
            QueueName first = picker.order().get(0);
            picker.claimed(first, 10, false);
            critical += first.equals(CRITICAL) ? 1 : 0;
        }

        assertThat(critical).isBetween(9, 12);
    }

    @Test
    void whatAQueueRanWhileOthersWereEmptyIsNotHeldAgainstIt() {
        Map<QueueName, Integer> weights = weights(3, 1);
        weights.put(MAIL, 1);
        QueuePicker picker = new QueuePicker(weights, false);
        for (int i = 0; i < 50; i++) {
            picker.claimed(MAIL, 0, true);
            picker.claimed(BULK, 0, true);
            picker.claimed(CRITICAL, 6, i == 49);
        }

        for (int i = 0; i < 3; i++) {
            picker.claimed(BULK, 6, false);
        }

        assertThat(picker.order()).startsWith(CRITICAL);
    }

    @Test
    void aQueueThatIsDrainedNowAndThenKeepsItsShare() {
        QueuePicker picker = new QueuePicker(weights(1, 1), false);
        int[] jobs = new int[2];
        for (int i = 0; i < 1_000; i++) { // ten slots: critical has nine jobs each time, bulk as many as one likes
            boolean criticalFirst = picker.order().get(0).equals(CRITICAL);
            int bulk = criticalFirst ? 1 : 10;
            if (criticalFirst) {
                picker.claimed(CRITICAL, 9, true);
                jobs[0] += 9;
            }
            picker.claimed(BULK, bulk, false);
            jobs[1] += bulk;
        }

        assertThat((double) jobs[0] / jobs[1]).isBetween(0.8, 1.25);
    }

    @Test
    void aStrictWorkerAsksInTheOrderConfiguredHoweverMuchAQueueGave() {
        QueuePicker picker = new QueuePicker(weights(1, 1000), true);
        picker.claimed(CRITICAL, 1_000_000, false);

        assertThat(picker.order()).containsExactly(CRITICAL, BULK);
    }

    @Test
    void ofTenClaimsSevenStartAtHighTwoAtNormalOneAtLow() {
        PriorityOrder order = new PriorityOrder();
        List<List<Priority>> asked = Stream.generate(order::next).limit(10).toList();

        assertThat(asked).allSatisfy(levels -> assertThat(levels).containsExactlyInAnyOrder(Priority.values()));
        assertThat(asked.stream().filter(levels -> levels.get(0) == Priority.HIGH)).hasSize(7);
        assertThat(asked.stream().filter(levels -> levels.get(0) == Priority.NORMAL)).hasSize(2);
        assertThat(asked.stream().filter(levels -> levels.get(0) == Priority.LOW)).hasSize(1);
    }

    private static Map<QueueName, Integer> weights(int critical, int bulk) {
        Map<QueueName, Integer> weights = new LinkedHashMap<>();
        weights.put(CRITICAL, critical);
        weights.put(BULK, bulk);
        return weights;
    }
}
