package io.headrace.redis.operator;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.JobClient;
import io.headrace.JobState;
import io.headrace.NewJob;
import io.headrace.QueueName;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.JobQuery;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.TestServer;
import io.headrace.redis.config.RedisConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists of jobs, asked for with cursors that no page gave out. */
final class JobPagesTest {
    private static final QueueName QUEUE = new QueueName("pages");

    @ParameterizedTest
    @ValueSource(strings = {"queued~queued:n~zzz", "queued~released:h~1", "running~running:h~1-", "finished~x~1",
        "succeeded~finished~17", "succeeded~finished~abc:0", "cancelled~cancelled~x", "dead~dead~x:y",
        "scheduled~scheduled~1"})
    void aCursorOfAWrongFormIsRefusedAsInput(String cursor) {
        try (RedisBroker broker = RedisBroker.connect(RedisConfig.parse(TestServer.embedded().url()),
                BrokerObserver.NONE)) {
            new JobClient(broker).enqueue(NewJob.of(QUEUE.value(), "welcome", 1).build());
            String label = cursor.substring(0, cursor.indexOf('~'));
            JobState state = label.equals("finished") ? JobState.SUCCEEDED : JobState.ofLabel(label);

            assertThatThrownBy(() -> broker.jobs().list(new JobQuery(QUEUE, state, null, null, cursor, 10)))
                    .isInstanceOf(InvalidInput.class).hasMessageContaining("cursor");
        }
    }
}
