package io.headrace.worker.handlers.exec;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Failure;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.Progress;
import io.headrace.worker.attempts.Failures;
import io.headrace.worker.handlers.HandlerFailure;
import io.headrace.worker.handlers.Heard;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ExecHandlerTest {
    @Test
    void aTextGoesInAsItIsAndANumberComesOut() throws Exception {
        Heard heard = Heard.of("wordcount", Json.of("three little words\nand two"));

        assertThat(run("wc -w", heard)).isEqualTo(Json.parse("5"));
    }

    @Test
    void otherPayloadsGoInAsTheirJson() throws Exception {
        Heard heard = Heard.of("t", Json.parse("{\"a\": [1, 2]}"));

        assertThat(run("cat", heard)).isEqualTo(Json.parse("{\"a\": [1, 2]}"));
    }

    @Test
    void textThatIsNotJsonBecomesAStringWithoutItsLastLineEnd() throws Exception {
        assertThat(run("printf 'hello\\nworld\\n'")).isEqualTo(Json.of("hello\nworld"));
        assertThat(run("echo 1 2")).isEqualTo(Json.of("1 2"));
        assertThat(run("true")).isNull();
    }

    @Test
    void bytesThatAreNoTextBecomeBase64AndAreNotRepaired() throws Exception {
        assertThat(run("printf 'caf\\351'"))
                .isEqualTo(Json.parse("{\"mediaType\":\"application/octet-stream\",\"base64\":\"Y2Fm6Q==\"}"));
        assertThat(run("printf '\\377\\376a'"))
                .isEqualTo(Json.parse("{\"mediaType\":\"application/octet-stream\",\"base64\":\"//5h\"}"));
        assertThat(run("printf 'caf\\303\\251'")).isEqualTo(Json.of("café"));
    }

    @Test
    void aByteOrderMarkIsNoPartOfWhatIsPrinted() throws Exception {
        assertThat(run("printf '\\357\\273\\277{\"a\":1}\\n'")).isEqualTo(Json.parse("{\"a\":1}"));
        assertThat(run("printf '\\357\\273\\277hello'")).isEqualTo(Json.of("hello"));
    }

    @Test
    void theJobIsInTheEnvironmentAndTheWorkersSettingsAreNot() throws Exception {
        Heard heard = Heard.of("t", Json.NULL);

        assertThat(run("echo $HEADRACE_JOB_ID $HEADRACE_ATTEMPT $HEADRACE_FENCING_TOKEN $HEADRACE_QUEUE "
                + "$HEADRACE_TYPE $TRACEPARENT", heard))
                .isEqualTo(Json.of("default_n1763770000123-0 3 17 default t "
                        + "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));
        assertThat(run("env | grep -c ^HEADRACE_", heard)).isEqualTo(Json.parse("5"));
    }

    @Test
    void standardErrorIsLoggedWhileTheCommandRunsAndTellsProgress() throws Exception {
        Heard heard = Heard.of("t", Json.NULL);
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(heard.said().poll(30, SECONDS));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // the command ends only when somebody heard its last line
        ExecHandler handler = new ExecHandler(new JobType("t"),
                "echo 'progress: 0.25 quarter' >&2; echo 'progress: 50%' >&2; echo started >&2; sleep 60");
        Thread runner = new Thread(() -> {
            try {
                handler.run(Json.NULL, heard);
            } catch (Exception e) {
                heard.said().add(e.getClass().getSimpleName());
            }
        });
        runner.start();
        assertThat(first.get(30, SECONDS)).isEqualTo("started");
        handler.killChildren();
        runner.join(30_000);

        assertThat(heard.progresses()).containsExactly(new Progress(0.25, "quarter"), new Progress(0.5, ""));
        assertThat(heard.said()).containsExactly("HandlerFailure");
    }

    @Test
    void progressIsAnyDecimalNumberFromZeroToOne() throws Exception {
        Heard heard = Heard.of("t", Json.NULL);
        run("for it in .5 0.3333333333333333 1.0000000000 0 1e-05 1. 33.25% '.5% less' 1.01 101% -1 1,5 .; do"
                + " echo \"progress: $it\" >&2; done", heard);

        assertThat(heard.progresses()).containsExactly(new Progress(0.5, ""), new Progress(0.3333333333333333, ""),
                new Progress(1, ""), new Progress(0, ""), new Progress(1e-05, ""), new Progress(1, ""),
                new Progress(0.3325, ""), new Progress(0.005, "less"));
        assertThat(heard.said()).as("what is no progress is a line of the log").containsExactly("progress: 1.01",
                "progress: 101%", "progress: -1", "progress: 1,5", "progress: .");
    }

    @Test
    void theExitCodeDecidesBetweenRetryAndDead() {
        assertThat(failure("echo broken >&2; exit 75")).satisfies(e -> {
            assertThat(e.type()).isEqualTo("exit_75");
            assertThat(e.permanent()).isFalse();
            assertThat(e.getMessage()).isEqualTo("the command exited with 75: broken");
        });
        assertThat(failure("exit 1").permanent()).isFalse();
        for (int hopeless : ExecHandler.HOPELESS) {
            assertThat(failure("exit " + hopeless).permanent()).as("exit %d", hopeless).isTrue();
        }
        assertThat(failure("kill -9 $$").type()).isEqualTo("signal_9");
    }

    @Test
    void theErrorKeepsTheEndOfWhatWasWrittenWithTheLastLineFirst() {
        HandlerFailure few = failure("echo reading >&2; echo 'no such table' >&2; exit 3");
        HandlerFailure many = failure("for i in $(seq 1 30); do printf 'step %d %0300d\\n' $i 0 >&2; done;"
                + " echo 'the cause' >&2; echo >&2; exit 1");

        assertThat(few).hasMessage("the command exited with 3: no such table\nThe last lines:\nreading\nno such table");
        Failure kept = Failures.of(many);
        assertThat(kept.message()).startsWith("the command exited with 1: the cause\nThe last lines:\nstep 25 ")
                .endsWith("\nthe cause\n").doesNotContain("…");
    }

    @Test
    void anErrorOfOneLongLineKeepsItsBeginning() {
        HandlerFailure failure = failure("printf 'the cause: %09000d' 0 >&2; exit 1");

        assertThat(Failures.of(failure).message()).startsWith("the command exited with 1: the cause: 000").endsWith("…")
                .hasSize(Failure.MAX_MESSAGE);
    }

    @Test
    void aCarriageReturnEndsALineWhileTheCommandRuns() throws Exception {
        Heard heard = Heard.of("t", Json.NULL);
        run("printf '\\r 10%%\\rprogress: 0.2 two\\r\\none\\r\\n\\ntwo\\n\\r\\nthe rest' >&2", heard);

        assertThat(heard.said()).containsExactly(" 10%", "one", "", "two", "", "the rest");
        assertThat(heard.progresses()).containsExactly(new Progress(0.2, "two"));
    }

    @Test
    void aLineWithoutEndIsCutBetweenCharactersAndSaysSo() throws Exception {
        Heard heard = Heard.of("t", Json.NULL);
        run("printf 'x%09000d' 0 | sed 's/0/é/g' >&2", heard);

        String line = String.valueOf(heard.said().poll());
        assertThat(line).startsWith("xéé").endsWith("é…").doesNotContain("\ufffd");
        assertThat(heard.said()).isEmpty();
    }

    @Test
    void halfASurrogatePairIsRefusedAndNotReplaced() throws Exception {
        HandlerFailure failure = failure("cat", Json.parse("\"ab\\ud800c\""));

        assertThat(failure.type()).isEqualTo("bad_payload");
        assertThat(failure.permanent()).isTrue();
        assertThat(failure).hasMessageContaining("\\ud800 at index 2");
        assertThat(run("cat", Heard.of("t", Json.parse("{\"a\":\"\\ud800\"}")))).asString().contains("\\ud800");
        assertThat(run("cat", Heard.of("t", Json.of("\ud83d\ude00")))).isEqualTo(Json.of("\ud83d\ude00"));
    }

    @Test
    void aCommandThatNeverReadsItsInputIsNoProblem() throws Exception {
        Heard heard = Heard.of("t", Json.of("x".repeat(250_000)));

        assertThat(run("echo done", heard)).isEqualTo(Json.of("done"));
        assertThat(run("exec 0<&-; echo done", heard)).isEqualTo(Json.of("done"));
    }

    @Test
    void muchInputAndMuchOutputAtOnceDoNotBlockEachOther() throws Exception {
        String text = "0123456789".repeat(25_000);

        assertThat(run("cat", Heard.of("t", Json.of(text)))).isEqualTo(Json.of(text));
    }

    @Test
    void moreOutputThanIsKeptFailsForGood() {
        HandlerFailure failure = failure("head -c 300000 /dev/zero | tr '\\0' x");

        assertThat(failure.type()).isEqualTo("result_too_large");
        assertThat(failure.permanent()).isTrue();
    }

    @Test
    void aBackgroundChildThatHoldsTheOutputDoesNotHoldTheJob() throws Exception {
        assertThat(run("sleep 300 & echo done")).isEqualTo(Json.of("done"));
    }

    @Test
    void anInterruptEndsTheWholeTree() throws Exception {
        Heard heard = Heard.of("t", Json.NULL);
        List<Throwable> thrown = new ArrayList<>();
        ExecHandler handler = new ExecHandler(new JobType("t"),
                "sh -c 'echo $$ >&2; trap \"\" TERM; sleep 300; sleep 300' & echo $$ >&2; wait");
        Thread runner = new Thread(() -> {
            try {
                handler.run(Json.NULL, heard);
            } catch (Exception e) {
                thrown.add(e);
            }
        });
        runner.start();
        long one = Long.parseLong(String.valueOf(heard.said().poll(30, SECONDS)));
        long other = Long.parseLong(String.valueOf(heard.said().poll(30, SECONDS)));

        runner.interrupt();
        runner.join(30_000);

        assertThat(thrown).hasOnlyElementsOfType(InterruptedException.class).hasSize(1);
        for (long pid : List.of(one, other)) {
            ProcessHandle.of(pid).ifPresent(left -> left.onExit().orTimeout(30, SECONDS).join());
        }
    }

    private static @Nullable Object run(String command) throws Exception {
        return run(command, Heard.of("t", Json.NULL));
    }

    private static @Nullable Object run(String command, Heard heard) throws Exception {
        return new ExecHandler(new JobType("t"), command).run(heard.payload(), heard);
    }

    private static HandlerFailure failure(String command) {
        return failure(command, Json.NULL);
    }

    private static HandlerFailure failure(String command, Json payload) {
        List<HandlerFailure> failures = new ArrayList<>();
        assertThatThrownBy(() -> run(command, Heard.of("t", payload))).isInstanceOfSatisfying(HandlerFailure.class,
                failures::add);
        return failures.get(0);
    }
}
