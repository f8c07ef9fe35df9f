package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobClient;
import io.headrace.JobHandler;
import io.headrace.JobState;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.PayloadMapper;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OwnMapperTest {
    /** What travels. */
    record Parcel(String trackingCode, int itemCount) {}

    private static final ObjectMapper SNAKE = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

    /** Not Jackson at all. */
    private static final PayloadMapper LENGTHS = new PayloadMapper() {
        @Override
        public byte[] write(Object value) {
            return Integer.toString(String.valueOf(value).length()).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Object read(byte[] json, Type type) {
            throw new IllegalArgumentException("nothing is read here");
        }
    };

    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock());
    private final JobClient client = new JobClient(broker);

    @AfterEach
    void close() {
        broker.close();
    }

    private Job run(PayloadMapper mapper, JobHandler<?> handler, Json payload) throws InterruptedException {
        try (Worker worker = Worker.builder(broker).payloads(mapper).handler(handler).build()) {
            worker.start();
            return client.await(client.enqueue(NewJob.of("default", "parcel", payload).build()).id(),
                    Duration.ofSeconds(30));
        }
    }

    @Test
    void anApplicationsMapperWritesPayloadsReadsThemAndWritesResults() throws Exception {
        PayloadMapper snake = PayloadMapper.of(SNAKE);
        Json payload = NewJob.of("default", "parcel", new Parcel("x", 2), snake).build().spec().payload();
        assertThat(payload).hasToString("{\"tracking_code\":\"x\",\"item_count\":2}");

        Job one = run(snake, JobHandler.of("parcel", Parcel.class,
                (parcel, context) -> new Parcel(parcel.trackingCode() + "!", parcel.itemCount() + 1)), payload);
        assertThat(one.document().history().result()).hasToString("{\"tracking_code\":\"x!\",\"item_count\":3}");

        Job newer = run(snake, JobHandler.of("parcel", Parcel.class, (parcel, context) -> parcel.itemCount()),
                Json.parse("{\"tracking_code\":\"x\",\"weight\":3}"));
        assertThat(newer.document().history().result()).as("a field came and a field went").hasToString("0");

        Job many = run(snake, JobHandler.of("parcel", new TypeReference<List<Parcel>>() {
        }, (parcels, context) -> parcels.get(0).trackingCode()), Json.parse("[" + payload + "]"));
        assertThat(many.document().history().result()).hasToString("\"x\"");
    }

    @Test
    void aHandlerOfBytesHasNoUseForAMapper() throws Exception {
        Job job = run(LENGTHS, JobHandler.of("parcel", Json.class, (payload, context) -> payload), Json.parse("[1]"));
        assertThat(job.document().history().result()).hasToString("[1]");
    }

    @Test
    void whatAMapperThrowsSaysWhyTheJobIsDead() throws Exception {
        Job job = run(LENGTHS, JobHandler.of("parcel", Parcel.class, (parcel, context) -> parcel), Json.parse("{}"));
        assertThat(job.state()).isEqualTo(JobState.DEAD);
        assertThat(job.document().history().error()).extracting(Failure::type, Failure::message)
                .containsExactly("bad_payload", "payload does not fit Parcel: nothing is read here");
    }

    @Test
    void aMapperThatMakesSomethingElseIsFoundOut() throws Exception {
        PayloadMapper wrong = new PayloadMapper() {
            @Override
            public byte[] write(Object value) {
                return new byte[]{'1'};
            }

            @Override
            public Object read(byte[] json, Type type) {
                return "a text";
            }
        };
        Job job = run(wrong, JobHandler.of("parcel", Parcel.class, (parcel, context) -> parcel), Json.parse("{}"));
        assertThat(job.document().history().error()).extracting(Failure::type, Failure::message).containsExactly(
                "bad_payload", "payload does not fit Parcel: its mapper made it java.lang.String");
    }

    @Test
    void whatAMapperWritesIsCheckedBeforeItTravels() {
        PayloadMapper broken = new PayloadMapper() {
            @Override
            public byte[] write(Object value) {
                return new byte[]{'{'};
            }

            @Override
            public Object read(byte[] json, Type type) {
                throw new IllegalStateException();
            }
        };
        assertThatThrownBy(() -> NewJob.of("default", "parcel", Map.of(), broken)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("payload cannot be stored as JSON");
        assertThat(NewJob.of("default", "parcel", "four", LENGTHS).build().spec().payload()).hasToString("4");
    }
}
