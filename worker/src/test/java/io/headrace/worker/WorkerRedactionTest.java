package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Failure;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.JobType;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.worker.handlers.exec.ExecHandler;
import org.junit.jupiter.api.Test;

/** Nothing that is to be hidden is recorded a second time. */
class WorkerRedactionTest {
    private static final String SECRET = "hunter2\nand more";

    private static final Json PAYLOAD = Json.parse("{\"user\":\"ada\",\"passWord\":\"hunter2\\nand more\"}");

    private final Rig rig = new Rig(1, JobHandler.of("login", Json.class, (payload, context) -> {
        assertThat(payload.toString()).contains("hunter2");
        context.log("trying " + SECRET + " now");
        context.progress(0.5, "as " + SECRET);
        throw new IllegalStateException("refused " + SECRET, new IllegalStateException("because of " + payload));
    }));

    @Test
    void aHiddenValueThatIsCutOffShowsNotEvenItsBeginning() {
        Rig commands = new Rig(1, new ExecHandler(new JobType("login"),
                "echo \"progress: 0.5 $(printf x%.0s $(seq 480))hunter2-hunter2-hunter2\" >&2"));
        JobId id = commands
                .enqueue(NewJob.of("default", "login", Json.parse("{\"password\":\"hunter2-hunter2-hunter2\"}"))
                        .build());

        commands.claimLoop.claimRound();

        assertThat(commands.job(id).progress()).isNotNull().extracting(progress -> progress.message()).asString()
                .hasSizeLessThanOrEqualTo(500).endsWith("[redacted]…").doesNotContain("hunter");
    }

    @Test
    void aCommandThatRepeatsItsInputAsItWasSentShowsNothingOfWhatIsHidden() {
        Rig commands = new Rig(1, new ExecHandler(new JobType("login"), "cat >&2; exit 1"));
        JobId id = commands.enqueue(NewJob
                .of("default", "login", Json.parse("{\"user\":\"ada\",\"password\":\"p\\u00e4ssw0rd ab\\/cd\"}"))
                .build());

        commands.claimLoop.claimRound();

        Failure error = commands.job(id).document().history().attempts().get(0).error();
        assertThat(error).isNotNull();
        assertThat(error.message()).isEqualTo(
                "the command exited with 1: {\"user\":\"ada\",\"password\":\"[redacted]\"}");
        assertThat(commands.broker.jobs().log(id, 0, 10).lines())
                .containsExactly("{\"user\":\"ada\",\"password\":\"[redacted]\"}");
    }

    @Test
    void errorsLogLinesAndProgressDoNotRepeatWhatIsHidden() {
        JobId id = rig.enqueue(NewJob.of("default", "login", PAYLOAD).build());

        rig.claimLoop.claimRound();

        Failure error = rig.job(id).document().history().error();
        assertThat(error).isNotNull();
        assertThat(error.message()).isEqualTo("refused [redacted]");
        assertThat(error.stack()).contains("IllegalStateException: refused [redacted]")
                .contains("{\"user\":\"ada\",\"passWord\":\"[redacted]\"}").contains("WorkerRedactionTest");
        assertThat(rig.broker.jobs().log(id, 0, 10).lines()).containsExactly("trying [redacted] now");
        assertThat(rig.job(id).progress()).isNotNull().extracting(progress -> progress.message())
                .isEqualTo("as [redacted]");
        String document = new String(rig.job(id).document().bytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(document.replaceFirst("hunter2", "")).as("once, in the payload").doesNotContain("hunter2");
    }
}
