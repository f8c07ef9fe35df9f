package io.headrace.api;

import io.headrace.BrokerUnavailable;
import io.headrace.Durability;
import io.headrace.DurabilityUnavailable;
import io.headrace.InvalidInput;
import io.headrace.OutcomeUnknown;
import io.headrace.api.http.GracefulShutdown;
import io.headrace.api.socket.Pings;
import io.headrace.broker.Broker;
import io.headrace.runtime.ByteBudget;
import io.headrace.runtime.UncaughtError;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP API: takes jobs, tells about them, and lets operators act. Several event loops share the port; submissions
 * are read, handed to the broker's pipeline and answered on them without blocking, other calls wait for the broker on
 * threads of their own.
 */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final long SWEEP_MS = 5_000;
    /** More loops than this have nothing to do: one broker pipeline feeds them. */
    private static final int MAX_LOOPS = 8;
    private static final int START_S = 30;
    private static final int STOP_S = 20;
    /** A connection that has asked nothing for so long is idle. */
    private static final Duration SETTLE = Duration.ofSeconds(1);
    private static final int MAX_TRIES = 10;
    private static final String SINCE_NETTY_4_2 = "io.netty.channel.IoHandlerFactory";

    private final Vertx vertx;
    private final URI uri;
    private final ApiParts parts;
    private final Duration settle;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ApiServer(Vertx vertx, URI uri, ApiParts parts, Duration settle) {
        this.settle = settle;
        this.vertx = vertx;
        this.uri = uri;
        this.parts = parts;
    }

    /**
     * Starts to listen. The broker stays the caller's, to be closed after the server.
     *
     * @param meters what {@code /metrics} shows, if it is a registry for Prometheus
     * @throws InvalidInput when the address is not loopback and there are no keys, or it cannot be listened on
     * @throws IllegalStateException when the class path has an older Netty than 4.2, as one of Spring Boot 3 has
     */
    public static ApiServer start(ApiConfig config, Broker broker, MeterRegistry meters) {
        return start(config, broker, meters, Pings.USUAL, ByteBudget.ofHeap(), SETTLE);
    }

    static ApiServer start(ApiConfig config, Broker broker, MeterRegistry meters,
            Pings pings, ByteBudget budget, Duration settle) {
        requireNetty(ApiServer.class.getClassLoader());
        InetAddress address = config.address();
        require(config.durability(), broker);
        ApiParts parts = new ApiParts(config, broker, meters, pings, budget);
        parts.keys.start();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(loops())
                .setFileSystemOptions(new FileSystemOptions().setFileCachingEnabled(false)));
        vertx.exceptionHandler(ApiServer::unforeseen);
        try {
            int port = listen(vertx, parts, address);
            vertx.setPeriodic(SWEEP_MS, ignored -> parts.blocking.run(parts.changes::sweep));
            URI uri = uri(address, port);
            LOG.info("the API listens address={} keys={} closedQueues={} maxPayloadBytes={}", uri,
                    config.keys().all().size(), config.closedQueues(), config.maxPayload());
            return new ApiServer(vertx, uri, parts, settle);
        } catch (RuntimeException e) {
            vertx.close();
            parts.keys.close();
            parts.blocking.close();
            throw e;
        }
    }

    /**
     * A framework may bring the Netty before ours; what would follow is a class that is missing somewhere deep inside.
     */
    static void requireNetty(ClassLoader classes) {
        try {
            Class.forName(SINCE_NETTY_4_2, false, classes);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "the API needs Netty 4.2, and the class path has an older one; set the version"
                            + " of Netty to 4.2, or run the API as a process of its own, which 'headrace api' does",
                    e);
        }
    }

    /** What nobody caught on an event loop. */
    private static void unforeseen(Throwable failure) {
        LOG.error("an event loop met an error", failure);
        if (failure instanceof OutOfMemoryError) {
            UncaughtError.tell(failure);
        }
    }

    private static void require(Durability durability, Broker broker) {
        try {
            broker.require(durability);
        } catch (DurabilityUnavailable e) {
            // replicas come and go; until then nothing is accepted
            if (durability.kind() == Durability.Kind.REPLICATED) {
                LOG.warn("not ready: {}", e.getMessage());
                return;
            }
            throw new InvalidInput(ApiSettings.DURABILITY.variable(), "is not possible here: " + e.getMessage());
        } catch (BrokerUnavailable | OutcomeUnknown e) {
            LOG.warn("whether the broker can give the durability is not known yet durability={} error={}", durability,
                    e.getMessage());
        }
    }

    private static int loops() {
        return Math.min(MAX_LOOPS, Math.max(1, Runtime.getRuntime().availableProcessors()));
    }

    /** @return the port */
    private static int listen(Vertx vertx, ApiParts parts, InetAddress address) {
        ApiConfig config = parts.config;
        Routes routes = new Routes(parts);
        AcceptedConnections connections = new AcceptedConnections(parts.guard, parts.meters, parts.memory,
                parts.shutdown, config.bodyTimeout());
        for (int tries = 1;; tries++) {
            int port = config.port() == 0 ? freePort(address) : config.port();
            try {
                Future<String> deployed = vertx.deployVerticle(
                        () -> new ApiVerticle(address.getHostAddress(), port, routes, connections, parts.memory),
                        new DeploymentOptions().setInstances(loops()));
                deployed.toCompletionStage().toCompletableFuture().get(START_S, TimeUnit.SECONDS);
                return port;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while starting the API", e);
            } catch (TimeoutException e) {
                throw new IllegalStateException("the API did not start to listen within " + START_S + " s", e);
            } catch (ExecutionException e) {
                if (config.port() != 0 || tries == MAX_TRIES) {
                    throw new InvalidInput(ApiSettings.PORT.variable(), "is " + config.port() + ", and " + config.bind()
                            + ":" + port + " cannot be listened on: " + e.getCause());
                }
            }
        }
    }

    /**
     * Vert.x shares a port between loops only when it is told which. Somebody may take it before they do: try again
     * then.
     */
    private static int freePort(InetAddress address) {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new InvalidInput(ApiSettings.BIND.variable(), "cannot be listened on: " + e.getMessage());
        }
    }

    private static URI uri(InetAddress address, int port) {
        InetAddress shown = address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address;
        String host = shown.getHostAddress();
        return URI.create("http://" + (shown instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port);
    }

    /** Where it listens, such as {@code http://127.0.0.1:8080}; for all interfaces, the loopback one. */
    public URI uri() {
        return uri;
    }

    /** What it is made of, for tests that ask how it stands. */
    ApiParts parts() {
        return parts;
    }

    /**
     * Leaves: {@code /readyz} says so and every answer ends its connection, for {@link ApiSettings#DRAIN} still to
     * newcomers too; then nobody is let in, those who wait or follow are told how things stand, idle connections are
     * closed after a second, requests under way get 10 s, and everything is freed. A second call does nothing.
     */
    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        parts.shutdown.begin();
        GracefulShutdown.rest(parts.config.drain().toMillis(), () -> false);
        parts.waiters.stop();
        if (!settle.isZero()) {
            parts.shutdown.stopListening();
            GracefulShutdown.rest(settle.toMillis(), () -> parts.meters.connections() == 0);
        }
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(STOP_S, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the API did not stop in good order", e);
        }
        parts.keys.close();
        parts.blocking.close();
        parts.changes.close();
    }
}
