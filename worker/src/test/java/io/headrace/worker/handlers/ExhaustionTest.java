package io.headrace.worker.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ExhaustionTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "Cannot run program \"setsid\": error=24, Too many open files",
        "Cannot run program \"setsid\": error=11, Resource temporarily unavailable",
        "Cannot run program \"setsid\": error=0, Failed to exec spawn helper: pid: 11877, exit value: 127",
        "Too many open files"})
    void whatTheMachineRefusesIsNoFaultOfTheJob(String message) {
        assertThat(Exhaustion.isCauseOf(new CompletionException(new IOException(message)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Cannot run program \"nosuch\": error=2, No such file or directory",
        "Cannot run program \"data.txt\": error=13, Permission denied"})
    void aCommandThatIsNotThereIsOne(String message) {
        assertThat(Exhaustion.isCauseOf(new IOException(message))).isFalse();
    }
}
