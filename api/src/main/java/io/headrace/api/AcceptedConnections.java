package io.headrace.api;

import io.headrace.api.access.Authenticator;
import io.headrace.api.http.ClientMemory;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.GracefulShutdown;
import io.headrace.api.http.HttpFilter;
import io.headrace.api.http.UnidentifiedConnections;
import io.headrace.api.metrics.ApiMeters;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;

/**
 * Sets up each connection when it is accepted, and settles what is counted of it when it is gone. Thread-safe.
 *
 * @param headTimeout how long a request may take to send its head
 */
record AcceptedConnections(Authenticator guard, ApiMeters meters, ClientMemory memory, GracefulShutdown shutdown,
        Duration headTimeout) {
    /** One has just been accepted; on its loop's thread. */
    void opened(EventLoop loop, HttpConnection connection) {
        HttpFilter.addTo(connection);
        guard.accepted(loop, connection);
        UnidentifiedConnections unidentified = loop.unidentified();
        unidentified.opened(connection, headTimeout);
        meters.connected();
        if (connection instanceof HttpServerConnection accepted) {
            shutdown.accepted(accepted.channelHandlerContext().channel().parent());
        }
        connection.closeHandler(ignored -> {
            meters.disconnected();
            unidentified.gone(connection);
        });
        if (meters.connections() > memory.mostConnections()) {
            memory.count(ClientMemory.Shed.CONNECTION);
            unidentified.makeRoom();
        }
    }
}
