package io.headrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What can be asked of a worker. */
@Timeout(60)
class WorkerBuilderTest {
    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock());

    @Test
    void settingsOutOfBoundsAreRefusedByName() {
        WorkerBuilder builder = Worker.builder(broker);

        assertThatThrownBy(() -> builder.slots(0)).isInstanceOf(InvalidInput.class).hasMessageContaining("1 to 20000");
        assertThatThrownBy(() -> builder.lease(Duration.ofMillis(999))).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> builder.queue("a", 0)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> builder.queue("a", 1).queue("a", 1)).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> builder.http("t", URI.create("ftp://x/"))).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(builder::build).isInstanceOf(InvalidInput.class).hasMessageContaining("handler");
        assertThatThrownBy(() -> builder.exec("t", "true").exec("t", "false").build())
                .isInstanceOf(InvalidInput.class).hasMessageContaining("'true'").hasMessageContaining("'false'");
    }

    @Test
    void everySettingsDefaultIsAllowed() {
        assertThat(WorkerSettings.ALL).allSatisfy(setting -> assertThat(setting.fallbackValue()).isNotNull());
        assertThat(WorkerSettings.queues("critical=6, default")).containsExactly(
                Map.entry(new QueueName("critical"), 6), Map.entry(QueueName.DEFAULT, 1));
    }
}
