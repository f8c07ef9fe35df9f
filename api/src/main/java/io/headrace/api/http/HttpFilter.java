package io.headrace.api.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * Mends on each connection what Vert.x gets wrong about HTTP on its own. Requests of other versions than HTTP/1.0 and
 * 1.1 are marked as malformed, so that they are answered as such: it would answer a bare 501, as if it were this
 * server's fault. A connection that breaks is closed: it would tell a request that waits behind another one first, trip
 * over that one's missing answer, and leave the connection open. One for each connection.
 */
public final class HttpFilter extends ChannelInboundHandlerAdapter {
    private HttpFilter() {}

    public static void addTo(HttpConnection connection) {
        if (connection instanceof HttpServerConnection server) {
            ChannelHandlerContext last = server.channelHandlerContext();
            last.pipeline().addBefore(last.name(), "filter", new HttpFilter());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            check(request);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        boolean http = context.pipeline().get(HttpRequestDecoder.class) != null;
        if (http) {
            var unused = context.close(); // which ends what is under way
        } else {
            context.fireExceptionCaught(cause); // a WebSocket says why before it closes
        }
    }

    private static void check(HttpRequest request) {
        HttpVersion version = request.protocolVersion();
        if (version.equals(HttpVersion.HTTP_1_0)) {
            request.setProtocolVersion(HttpVersion.HTTP_1_0);
            return;
        }
        if (!version.equals(HttpVersion.HTTP_1_1)) {
            request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException("not HTTP/1.x: " + version)));
        }
        // the very object that Vert.x looks for; and that of the answer
        request.setProtocolVersion(HttpVersion.HTTP_1_1);
    }
}
