package io.headrace.api.submit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.api.TestApi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A durability that is asked for is given or refused, never passed over. */
@Timeout(30)
class DurabilityTest {
    private static final String JOBS = "/v1/queues/mail/jobs";
    private static final String JOB = "{\"type\":\"t\"}";

    private final TestApi api = new TestApi();

    @AfterEach
    void close() {
        api.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"durability=fsync", "respond-async, Durability = \"fsync\"", "durability=\"replicated:2\"",
        "durability=replicated:1; wait=1"})
    void whatTheBrokerCannotGiveIsRefusedAndNothingIsStored(String prefer) {
        TestApi.Answer answer = api.post(JOBS, JOB, "Prefer", prefer);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("durability-unavailable");
        assertThat(answer.text("detail")).contains("keeps jobs in memory only");
        assertThat(answer.header("Retry-After")).isNotEmpty();

        TestApi.Answer batch = api.post(JOBS + ":batch", "[" + JOB + "," + JOB + "]", "Prefer", prefer);
        assertThat(batch.status()).isEqualTo(503);
        assertThat(batch.problem()).isEqualTo("durability-unavailable");
        assertThat(api.broker.queues().info(TestApi.MAIL)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"durability", "durability=", "durability=disk", "durability=replicated",
        "durability=replicated:0", "durability=replicated:10", "durability=\"fsync"})
    void whatIsNoDurabilityIsNotPassedOver(String prefer) {
        for (String path : new String[]{JOBS, JOBS + ":batch"}) {
            TestApi.Answer answer = api.post(path, JOB, "Prefer", prefer);
            assertThat(answer.status()).isEqualTo(422);
            assertThat(answer.text("field")).isEqualTo("Prefer: durability");
            assertThat(answer.text("detail")).contains("memory, fsync or replicated:N");
        }
    }

    @Test
    void whatWasHonouredIsSaid() {
        assertThat(api.post(JOBS, JOB, "Prefer", "durability=memory").header("Preference-Applied"))
                .isEqualTo("durability=memory");
        assertThat(api.post(JOBS, JOB, "Prefer", "wait=1, durability=memory").header("Preference-Applied"))
                .isEqualTo("wait=1, durability=memory");
        assertThat(api.post(JOBS + ":batch", "[" + JOB + "]", "Prefer", "durability=memory")
                .header("Preference-Applied")).isEqualTo("durability=memory");
    }

    @Test
    void aSecondPreferHeaderCountsToo() {
        var request = api.json(JOBS, JOB).header("Prefer", "wait=1").header("Prefer", "durability=fsync").build();
        assertThat(api.send(request).problem()).isEqualTo("durability-unavailable");
    }

    @Test
    void aServerWhoseDurabilityCannotBeGivenDoesNotStart() {
        assertThatThrownBy(() -> new TestApi("DURABILITY=fsync").close()).isInstanceOf(InvalidInput.class)
                .hasMessageContaining("HEADRACE_API_DURABILITY").hasMessageContaining("keeps jobs in memory only");
    }
}
