package io.headrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.broker.WorkerId;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "0", "email", "a.b-c", "9lives"})
    void queueNamesThatNeedNoEscapingAreAllowed(String name) {
        assertThat(new QueueName(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "-a", ".a", "a_b", "a b", "a/b", "a:b", "a{b}", "é", "a\n", "*"})
    void otherQueueNamesAreRefusedWithTheRule(String name) {
        assertThatThrownBy(() -> new QueueName(name)).isInstanceOfSatisfying(InvalidInput.class, e -> {
            assertThat(e.field()).isEqualTo("queue");
            assertThat(e).hasMessageContaining("a-z 0-9 . -").hasMessageEndingWith("was '" + name + "'");
        });
    }

    @Test
    void aQueueNameHasAtMost63Characters() {
        assertThat(new QueueName("q".repeat(63)).value()).hasSize(63);
        assertThatThrownBy(() -> new QueueName("q".repeat(64))).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aMessageQuotesNoMoreThanAnExcerptOfWhatWasSent() {
        assertThatThrownBy(() -> new QueueName("Q".repeat(100_000))).message().hasSizeLessThan(300).contains("QQQ…'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "Email", "com.example.Mail:v2", "a_b-c.d", "7"})
    void typeNamesOfProgramsAreAllowed(String name) {
        assertThat(new JobType(name)).hasToString(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "_a", "a b", "a/b", "ä", "a\u0000"})
    void otherTypeNamesAreRefused(String name) {
        assertThatThrownBy(() -> new JobType(name)).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.field()).isEqualTo("type"));
    }

    @Test
    void aTypeNameHasAtMost128Characters() {
        assertThat(new JobType("t".repeat(128)).value()).hasSize(128);
        assertThatThrownBy(() -> new JobType("t".repeat(129))).isInstanceOf(InvalidInput.class);
    }

    @Test
    void workerIdsAreDrawnNotDerived() {
        Random random = new Random(1);
        WorkerId first = WorkerId.random(random);
        assertThat(first.value()).matches("w-[0-9a-f]{15}");
        assertThat(WorkerId.random(random)).isNotEqualTo(first);
    }

    @Test
    void namesSortByTheirText() {
        assertThat(new QueueName("a")).isLessThan(new QueueName("b"));
        assertThat(new JobType("A")).isLessThan(new JobType("a"));
    }

    @Test
    void wordsOfStatesAndLevelsReadBack() {
        for (JobState state : JobState.values()) {
            assertThat(JobState.ofLabel(state.label())).isEqualTo(state);
        }
        for (Priority priority : Priority.values()) {
            assertThat(Priority.ofLabel(priority.label())).isEqualTo(priority);
            assertThat(Priority.ofCode(priority.code())).isEqualTo(priority);
        }
        assertThatThrownBy(() -> JobState.ofLabel("RUNNING")).hasMessageContaining("queued, running");
        assertThatThrownBy(() -> Priority.ofLabel("urgent")).hasMessageContaining("high, normal or low");
        assertThatThrownBy(() -> Priority.ofCode('x')).isInstanceOf(IllegalArgumentException.class);
    }
}
