package io.headrace.bench.process;

import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.TimeUnit;

/**
 * The least that an HTTP server can do with a submission: it reads the request and answers 202, with the options and
 * the number of event loops that the api has.
 */
final class BareServer extends VerticleBase {
    private static final int LOOPS = Math.min(8, Math.max(1, Runtime.getRuntime().availableProcessors()));
    private static final int START_S = 30;
    private static final int ACCEPTED = 202;

    private final int port;

    private BareServer(int port) {
        this.port = port;
    }

    /** Starts it on a free port of loopback; it ends with the process. */
    static String listenAnywhere() throws Exception {
        int port = freePort();
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(LOOPS));
        vertx.deployVerticle(() -> new BareServer(port), new DeploymentOptions().setInstances(LOOPS))
                .toCompletionStage().toCompletableFuture().get(START_S, TimeUnit.SECONDS);
        return "http://127.0.0.1:" + port;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public Future<?> start() {
        HttpServerOptions options = new HttpServerOptions().setHost("127.0.0.1").setPort(port)
                .setIdleTimeout(120).setTcpNoDelay(true).setHttp2ClearTextEnabled(false)
                .setHandle100ContinueAutomatically(false);
        return vertx.createHttpServer(options)
                .requestHandler(request -> request.body()
                        .onSuccess(ignored -> request.response().setStatusCode(ACCEPTED).end()))
                .listen();
    }
}
