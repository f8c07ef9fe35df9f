package io.headrace.testkit;

import io.headrace.JobId;
import io.headrace.broker.Broker;
import io.headrace.broker.Lease;
import io.headrace.contract.BrokerFixture;
import java.time.Duration;

/** An in-memory broker on a clock of its own. */
final class InMemoryFixture implements BrokerFixture {
    private final ManualClock clock = new ManualClock();
    private final InMemoryBroker broker = new InMemoryBroker(clock);

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public Broker another() {
        return broker;
    }

    @Override
    public void silence(Lease lease, Duration howLong) {
        broker.silence(lease, howLong);
    }

    @Override
    public void makeDue(JobId id) {
        broker.makeDue(id);
    }

    @Override
    public void rumour(JobId id) {
        broker.rumour(id);
    }

    @Override
    public void tick() {
        clock.advance(Duration.ofMillis(2));
    }

    @Override
    public void close() {
        broker.close();
    }
}
