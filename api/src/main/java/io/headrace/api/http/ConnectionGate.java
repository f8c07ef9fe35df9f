package io.headrace.api.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Keeps what a connection sends until it is opened, so that no request is seen before it is known from whom. Reading
 * stops meanwhile: it keeps no more than what had been read by then. One for each connection, on its loop's thread.
 */
public final class ConnectionGate extends ChannelInboundHandlerAdapter {
    private final Queue<Object> kept = new ArrayDeque<>();
    private static final String NAME = "gate";

    private final ChannelHandlerContext place;

    private ConnectionGate(ChannelHandlerContext last) {
        last.pipeline().addFirst(NAME, this);
        this.place = last.pipeline().context(this);
        place.channel().config().setAutoRead(false);
    }

    /** Whether a connection is shut, so that nothing of it can have been heard. */
    static boolean isShut(HttpConnection connection) {
        return connection instanceof HttpServerConnection server
                && server.channelHandlerContext().pipeline().get(NAME) != null;
    }

    /** Shuts a connection, given the last place of its pipeline. */
    public static ConnectionGate shut(ChannelHandlerContext last) {
        return new ConnectionGate(last);
    }

    /** Lets through what was kept, and everything from now on. */
    public void open() {
        if (place.isRemoved()) {
            return; // it was closed meanwhile
        }
        boolean any = !kept.isEmpty();
        for (Object message = kept.poll(); message != null; message = kept.poll()) {
            place.fireChannelRead(message);
        }
        if (any) {
            place.fireChannelReadComplete();
        }
        place.pipeline().remove(this);
        place.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        kept.add(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        // told when it is opened
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        kept.forEach(ReferenceCountUtil::release);
        kept.clear();
    }
}
