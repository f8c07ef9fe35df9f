package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JobIdTest {
    @Test
    void anIdReadsAsQueueLevelAndEntry() {
        JobId id = JobId.parse("email_n1763770000123-7");
        assertThat(id.queue()).isEqualTo(new QueueName("email"));
        assertThat(id.priority()).isEqualTo(Priority.NORMAL);
        assertThat(id.scheduled()).isFalse();
        assertThat(id.entry()).isEqualTo("1763770000123-7");
        assertThat(id.createdAt()).isEqualTo(Instant.ofEpochMilli(1763770000123L));
    }

    @Test
    void anIdThatBeganInTheScheduleSaysSo() {
        JobId id = JobId.parse("email_hs1763770000123-0");
        assertThat(id.scheduled()).isTrue();
        assertThat(id.priority()).isEqualTo(Priority.HIGH);
        assertThat(id).hasToString("email_hs1763770000123-0");
    }

    @Property
    void everyIdSurvivesItsText(@ForAll("queues") String queue, @ForAll Priority priority, @ForAll boolean scheduled,
            @ForAll @LongRange(min = 0, max = 999_999_999_999_999L) long millis,
            @ForAll @LongRange(min = 0, max = 999_999_999_999_999_999L) long sequence) {
        JobId id = new JobId(new QueueName(queue), priority, scheduled, millis, sequence);
        assertThat(JobId.parse(id.toString())).isEqualTo(id);
    }

    @Provide
    Arbitrary<String> queues() {
        Arbitrary<String> rest = Arbitraries.strings().withChars("abnshl0189.-").ofMaxLength(62);
        return rest.map(text -> "n" + text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "email", "email_n", "email_n1", "email_n1-", "email_x1-0", "Email_n1-0", "email_n1-0 ",
        " email_n1-0", "email_n-1-0", "email_ns-0", "email_n1-0-0", "email_n1234567890123456-0",
        "email_n1-1234567890123456789", "a_b_n1-0", "email_n１-0", "../etc_n1-0"})
    void whatIsNoIdIsRefused(String text) {
        assertThatThrownBy(() -> JobId.parse(text)).isInstanceOfSatisfying(InvalidInput.class, e -> {
            assertThat(e.field()).isEqualTo("id");
            assertThat(e).hasMessageContaining("email_n1763770000123-0");
        });
    }

    @Test
    void olderIdsComeFirst() {
        List<JobId> sorted = List.of("b_n9-5", "a_n10-2", "a_n10-10", "b_n10-10", "a_h11-0").stream().map(JobId::parse)
                .toList();
        assertThat(sorted).isSorted();
        assertThat(sorted.get(0)).isEqualByComparingTo(JobId.parse("b_n9-5"));
    }
}
