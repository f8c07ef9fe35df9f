package io.headrace.api;

import io.headrace.Durability;
import io.headrace.InvalidInput;
import io.headrace.redaction.Redactor;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;

/**
 * The configuration of an {@link ApiServer}; {@link ApiSettings} says what each value means and may be.
 *
 * @param bind the address to listen on
 * @param port 0 takes any free one
 * @param metricsQueues how many queues metrics tell apart
 * @param maxPayload bytes
 * @param maxBatch bytes
 * @param batchInFlight jobs of one batch that may wait for the broker at once
 * @param drain how long it goes on listening when told to stop
 * @param durability of submissions that ask for none
 */
public record ApiConfig(String bind, int port, ApiKeys keys, boolean openMetrics, int metricsQueues,
        boolean closedQueues, int maxPayload,
        long maxBatch, int maxBatchJobs, int batchInFlight, int maxWaiters, Duration bodyTimeout, Duration drain,
        int threads, Durability durability, Redactor redactor) {

    /**
     * The configuration that environment variables ask for.
     *
     * @throws InvalidInput naming the variable whose value is not allowed
     */
    public static ApiConfig from(Map<String, String> environment) {
        return new ApiConfig(ApiSettings.BIND.from(environment), ApiSettings.PORT.from(environment),
                ApiSettings.KEYS.from(environment), ApiSettings.OPEN_METRICS.from(environment),
                ApiSettings.METRICS_QUEUES.from(environment),
                ApiSettings.CLOSED_QUEUES.from(environment), ApiSettings.MAX_PAYLOAD.from(environment),
                ApiSettings.MAX_BATCH.from(environment), ApiSettings.MAX_BATCH_JOBS.from(environment),
                ApiSettings.BATCH_IN_FLIGHT.from(environment), ApiSettings.MAX_WAITERS.from(environment),
                ApiSettings.BODY_TIMEOUT.from(environment), ApiSettings.DRAIN.from(environment),
                ApiSettings.THREADS.from(environment),
                ApiSettings.DURABILITY.from(environment), Redactor.SETTING.from(environment));
    }

    /** This configuration, listening elsewhere. */
    public ApiConfig withAddress(String otherBind, int otherPort) {
        return new ApiConfig(otherBind, otherPort, keys, openMetrics, metricsQueues, closedQueues, maxPayload, maxBatch,
                maxBatchJobs, batchInFlight, maxWaiters, bodyTimeout, drain, threads, durability, redactor);
    }

    /**
     * The address to bind, after checking that nobody but this machine can reach an API without keys.
     *
     * @throws InvalidInput when the host is unknown, or not loopback while there are no keys or one that can be guessed
     */
    InetAddress address() {
        keys.check();
        InetAddress address;
        try {
            address = InetAddress.getByName(bind);
        } catch (UnknownHostException e) {
            throw new InvalidInput(ApiSettings.BIND.variable(),
                    "must be an address of this machine; '" + bind + "' is unknown");
        }
        if (!address.isLoopbackAddress() && keys.isEmpty()) {
            throw new InvalidInput(ApiSettings.BIND.variable(), "is " + bind
                    + ", which others can reach: set " + ApiSettings.KEYS.variable()
                    + " to one or more secrets, or bind to 127.0.0.1");
        }
        if (!address.isLoopbackAddress()) {
            keys.checkStrength();
        }
        return address;
    }
}
