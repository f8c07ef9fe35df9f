package io.headrace.contract;

import org.junit.jupiter.api.Nested;

/**
 * What every broker must do. A broker's test extends this class, says how to open the broker, and runs every promise
 * that {@link io.headrace.broker.Broker} and its parts make. State is
 * looked at through these only.
 */
public abstract class BrokerContract {
    /** A fixture for one test; it is closed afterwards. */
    protected abstract BrokerFixture open();

    @Nested
    final class Submitting extends SubmittingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Claiming extends ClaimingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Leasing extends LeasingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Settling extends SettlingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Reporting extends ReportingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Cancelling extends CancellingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Retrying extends RetryingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Listing extends ListingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Overseeing extends QueuesContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Deleting extends DeletingContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Admitting extends AccessContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }

    @Nested
    final class Listening extends ListeningContract {
        @Override
        BrokerFixture open() {
            return BrokerContract.this.open();
        }
    }
}
