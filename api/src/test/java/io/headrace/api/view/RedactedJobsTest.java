package io.headrace.api.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.Attempt;
import io.headrace.Failure;
import io.headrace.History;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.Progress;
import io.headrace.api.TestApi;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.Verdict;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an old worker, without the setting, has stored is hidden all the same. */
@Timeout(60)
class RedactedJobsTest {
    private static final String JOBS = "/v1/queues/mail/jobs";
    private static final String SECRET = "hunter2-and-more";
    private static final String JOB = "{\"type\":\"t\",\"payload\":{\"user\":\"ada\",\"Password\":\"" + SECRET
            + "\",\"pin\":17}}";

    private final TestApi api = TestApi.redacting("password, pin ,token");

    @AfterEach
    void close() {
        api.close();
    }

    private JobId submitted() {
        TestApi.Answer answer = api.post(JOBS, JOB);
        assertThat(answer.json().path("payload"))
                .hasToString("{\"user\":\"ada\",\"Password\":\"[redacted]\",\"pin\":\"[redacted]\"}");
        return JobId.parse(answer.text("id"));
    }

    private void hidden(TestApi.Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isLessThan(300);
        assertThat(answer.body()).contains("[redacted]").doesNotContain(SECRET, "sesame-open");
    }

    private void bury(ClaimedJob job) {
        Failure why = new Failure("Refused", "no login for ada with " + SECRET, "at Login(" + SECRET + ")");
        History run = job.document().history().and(new Attempt(1, "w", api.clock.now(), api.clock.now(),
                Attempt.Outcome.FAILED, why));
        api.broker
                .settle(Verdict.bury(job.lease(), job.document().with(run.ended(JobState.DEAD, api.clock.now(), null))))
                .toCompletableFuture().join();
    }

    @Test
    void noAnswerShowsWhatIsHidden() {
        JobId id = submitted();
        ClaimedJob job = api.claim();
        api.broker.report(job.lease(), new Progress(0.5, "as " + SECRET), 0, List.of("line", "with " + SECRET))
                .toCompletableFuture().join();
        hidden(api.get("/v1/jobs/" + id));
        hidden(api.get("/v1/jobs/" + id + "/log"));
        hidden(api.get(JOBS + "?state=running"));
        bury(job);
        hidden(api.get("/v1/jobs/" + id));
        hidden(api.get("/v1/jobs/" + id + "?wait=1s"));
        hidden(api.get("/v1/jobs/" + id + "/events"));
        hidden(api.get(JOBS + "?state=dead"));
        TestApi.Answer shown = api.get("/v1/jobs/" + id);
        assertThat(shown.json().at("/error/message").asText()).isEqualTo("no login for ada with [redacted]");
        assertThat(shown.json().at("/attempts/0/error/stack").asText()).isEqualTo("at Login([redacted])");
        hidden(api.call("POST", "/v1/jobs/" + id + "/retry"));
        hidden(api.call("DELETE", "/v1/jobs/" + id));
    }

    @Test
    void aResultIsHiddenAndSoIsWhatItRepeats() {
        JobId id = submitted();
        ClaimedJob job = api.claim();
        api.broker.report(job.lease(), null, 0, List.of("got sesame-open")).toCompletableFuture().join();
        api.succeed(job, "{\"token\":\"sesame-open\",\"pin\":1234}");
        hidden(api.get("/v1/jobs/" + id));
        hidden(api.get("/v1/jobs/" + id + "/log"));
        assertThat(api.get("/v1/jobs/" + id).json().path("result"))
                .hasToString("{\"token\":\"[redacted]\",\"pin\":\"[redacted]\"}");
    }

    @Test
    void aResultThatRepeatsThePayloadInItsOwnWayIsHiddenToo() {
        JobId id = JobId
                .parse(api.post(JOBS, "{\"type\":\"t\",\"payload\":{\"password\":\"p\\u00e4ss\\/w0rd\"}}").text("id"));
        ClaimedJob job = api.claim();
        api.broker.report(job.lease(), new Progress(0.5, "p\\u00E4ss/w0rd"), 0, List.of("got p%C3%A4ss%2Fw0rd"))
                .toCompletableFuture().join();
        api.succeed(job, Json.of("{\"password\":\"p\\u00e4ss\\/w0rd\"}\nand päss/w0rd").toString());
        TestApi.Answer answer = api.get("/v1/jobs/" + id);
        assertThat(answer.text("result")).isEqualTo("{\"password\":\"[redacted]\"}\nand [redacted]");
        assertThat(answer.json().at("/progress/message").asText("")).doesNotContain("w0rd");
        assertThat(api.get("/v1/jobs/" + id + "/log").body()).contains("got [redacted]");
        assertThat(api.get(JOBS + "?state=succeeded").body()).contains("[redacted]").doesNotContain("w0rd");
        assertThat(api.get("/v1/jobs/" + id + "/events").body()).contains("[redacted]").doesNotContain("w0rd");
    }

    @Test
    void aDuplicateShowsNothingOfTheFirst() {
        String job = JOB.replace("\"type\"", "\"uniqueKey\":\"u\",\"type\"");
        hidden(api.post(JOBS, job));
        hidden(api.post(JOBS, job));
        hidden(api.post(JOBS, job, "Prefer", "wait=1"));
    }

    @Test
    void anEditedJobGetsBackWhatItWasShownWithout() {
        JobId id = submitted();
        bury(api.claim());
        TestApi.Answer answer = api.post("/v1/jobs/" + id + "/retry",
                "{\"payload\":{\"user\":\"bob\",\"Password\":\"[redacted]\",\"pin\":18}}");
        hidden(answer);
        assertThat(api.claim().document().spec().payload())
                .isEqualTo(Json.parse("{\"user\":\"bob\",\"Password\":\"" + SECRET + "\",\"pin\":18}"));
    }

    @Test
    void anEditedJobThatCannotGetItBackIsRefused() {
        JobId id = submitted();
        bury(api.claim());
        TestApi.Answer answer = api.post("/v1/jobs/" + id + "/retry", "{\"payload\":{\"token\":\"[redacted]\"}}");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.text("field")).isEqualTo("payload");
        assertThat(answer.text("detail")).contains("/token");
        assertThat(api.broker.find(id).job().orElseThrow().state()).isEqualTo(JobState.DEAD);
    }

    @Test
    void theJobItselfIsStoredAsItWasSent() {
        JobId id = submitted();
        assertThat(api.broker.find(id).job().orElseThrow().document().spec().payload().toString()).contains(SECRET);
    }
}
