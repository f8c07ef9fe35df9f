package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.JobHandler;
import io.headrace.Json;
import io.headrace.PermanentFailure;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.cli.Ran;
import io.headrace.format.JsonFormat;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Every verb against a real API on the in-memory broker. A worker serves the queue {@code served}; others stand still.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class ClientCommandRig {
    static final String LONG_TYPE = "a.type.whose.name.says.all.there.is.to.say.of.it.and.then.some";

    final InMemoryBroker broker = new InMemoryBroker(new ManualClock(Clock.systemUTC().instant()));
    final ApiServer api = start(Map.of());
    final Worker worker = Worker.builder(broker).queue("served", 1).grace(Duration.ZERO)
            .handler(JobHandler.of("echo", Json.class, (payload, context) -> payload))
            .handler(JobHandler.of("talk", Json.class, (payload, context) -> {
                context.log("first line");
                context.progress(0.5, "half way");
                context.log("red \033[31mline");
                return null;
            }))
            .handler(JobHandler.of("fail", Json.class, (payload, context) -> {
                throw new PermanentFailure("no such mailbox");
            }))
            .handler(JobHandler.of("fail-at-length", Json.class, (payload, context) -> {
                throw new PermanentFailure("no such mailbox\nThe last lines:\nlooking\tit up");
            }))
            .handler(JobHandler.of("fail-deep", Json.class, (payload, context) -> {
                for (int i = 1; i <= 7; i++) {
                    context.log("line " + i);
                }
                return deep(60);
            }))
            .handler(JobHandler.of(LONG_TYPE, Json.class, (payload, context) -> {
                throw new PermanentFailure("no such postcode in that country: 郵便番号が違います");
            })).build();

    private static Object deep(int levels) throws PermanentFailure {
        if (levels > 0) {
            return deep(levels - 1);
        }
        throw new PermanentFailure("too deep");
    }

    ApiServer start(Map<String, String> environment) {
        ApiConfig config = ApiConfig.from(environment).withAddress("127.0.0.1", 0);
        return ApiServer.start(config, broker, new SimpleMeterRegistry());
    }

    @BeforeAll
    final void serve() {
        worker.start();
    }

    @AfterAll
    final void stop() {
        worker.stop();
        api.close();
        broker.close();
    }

    Ran.Setup setup() {
        return Ran.with().environment("HEADRACE_API", api.uri().toString());
    }

    Ran headrace(String... args) {
        return setup().run(args);
    }

    /** Submits and returns the id. */
    String submitted(String queue, String type, String... more) {
        String[] args = new String[4 + more.length];
        System.arraycopy(new String[]{"enqueue", type, "-q", queue}, 0, args, 0, 4);
        System.arraycopy(more, 0, args, 4, more.length);
        Ran ran = headrace(args);
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out().strip();
    }

    String dead(String type) {
        Ran ran = headrace("enqueue", type, "-q", "served", "--wait", "-o", "json");
        assertThat(ran.code()).isEqualTo(1);
        return json(ran).get("id").asText();
    }

    static JsonNode json(Ran ran) {
        try {
            return JsonFormat.mapper().readTree(ran.out());
        } catch (IOException e) {
            throw new AssertionError("not one JSON document: " + ran.out(), e);
        }
    }
}
