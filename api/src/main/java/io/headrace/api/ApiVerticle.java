package io.headrace.api;

import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The server's share of one event loop; all of them listen on the same port. Lives on its loop's thread. */
final class ApiVerticle extends VerticleBase {
    /** Connections that are quiet this long are closed; event streams write a comment more often. */
    private static final int IDLE_S = 120;
    /** What there is at some address or other. */
    private static final String METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST";
    /** How long requests under way may take when the server stops. */
    private static final int GRACE_S = 10;
    private static final int MAX_LINE_BYTES = 8 * 1024;
    /** Messages of clients may be much shorter, and are told so; longer frames break the connection. */
    private static final int MAX_FRAME_BYTES = 64 * 1024;
    private static final int MAX_HEADERS_BYTES = 16 * 1024;

    private final String host;
    private final int port;
    private final Routes routes;
    private final AcceptedConnections connections;
    private final ClientMemory memory;
    private @Nullable HttpServer server;

    ApiVerticle(String host, int port, Routes routes, AcceptedConnections connections, ClientMemory memory) {
        this.host = host;
        this.port = port;
        this.routes = routes;
        this.connections = connections;
        this.memory = memory;
    }

    @Override
    public Future<?> start() {
        EventLoop loop = new EventLoop(vertx, context, memory);
        Router router = routes.router(vertx, loop);
        HttpServer listening = vertx.createHttpServer(options())
                .connectionHandler(connection -> connections.opened(loop, connection))
                .requestHandler(request -> {
                    loop.unidentified().heard(request.connection());
                    if (request.method().equals(HttpMethod.OPTIONS) && "*".equals(request.uri())) {
                        request.response().setStatusCode(204).putHeader("Allow", METHODS).end();
                    } else if (routable(request)) {
                        router.handle(request);
                    } else {
                        refuse(request, ProblemType.MALFORMED_REQUEST);
                    }
                });
        listening.invalidRequestHandler(ApiVerticle::refuse);
        server = listening;
        return listening.listen();
    }

    private HttpServerOptions options() {
        return new HttpServerOptions().setHost(host).setPort(port)
                .setIdleTimeout(IDLE_S).setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxInitialLineLength(MAX_LINE_BYTES).setMaxHeaderSize(MAX_HEADERS_BYTES)
                // a compressor for each client costs more memory than its messages are worth
                .setPerMessageWebSocketCompressionSupported(false).setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(MAX_FRAME_BYTES)
                .setTcpNoDelay(true).setHttp2ClearTextEnabled(false).setHandle100ContinueAutomatically(false);
    }

    /** Answers what is not HTTP, and closes. */
    private static void refuse(HttpServerRequest request) {
        Throwable cause = request.decoderResult().cause();
        ProblemType type = cause instanceof TooLongHttpLineException ? ProblemType.URI_TOO_LONG
                : cause instanceof TooLongHttpHeaderException ? ProblemType.HEADERS_TOO_LARGE
                        : ProblemType.MALFORMED_REQUEST;
        refuse(request, type);
    }

    /** Whether the router takes it: it has an address, and says for which host unless it is too old to. */
    private static boolean routable(HttpServerRequest request) {
        String path = request.path();
        boolean hosted = request.version() == HttpVersion.HTTP_1_0 || request.authority() != null;
        return hosted && path != null && path.startsWith("/");
    }

    private static void refuse(HttpServerRequest request, ProblemType type) {
        Problem problem = type.problem(type.help());
        request.response().setStatusCode(type.status()).putHeader("Content-Type", Problem.MEDIA_TYPE)
                .putHeader("Connection", "close").end(Buffer.buffer(problem.json()));
        request.connection().close();
    }

    @Override
    public Future<?> stop() {
        return server == null ? Future.succeededFuture() : server.shutdown(GRACE_S, TimeUnit.SECONDS);
    }
}
