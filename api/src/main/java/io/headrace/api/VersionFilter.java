package io.headrace.api;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;

/**
 * Marks requests of other versions than HTTP/1.0 and 1.1 as malformed, so that they are answered as such: Vert.x would answer a
 * bare 501, as if it were this server's fault. One for each connection.
 */
final class VersionFilter extends ChannelInboundHandlerAdapter {
    private VersionFilter() {}

    static void addTo(HttpConnection connection) {
        if (connection instanceof HttpServerConnection server) {
            ChannelHandlerContext last = server.channelHandlerContext();
            last.pipeline().addBefore(last.name(), "version", new VersionFilter());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest request) {
            check(request);
        }
        context.fireChannelRead(message);
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
        request.setProtocolVersion(HttpVersion.HTTP_1_1); // the very object that Vert.x looks for; and that of the answer
    }
}
