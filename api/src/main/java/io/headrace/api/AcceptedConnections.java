package io.headrace.api;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.time.Duration;

/** What is done about each connection when it is opened and when it is gone. Thread-safe. */
final class AcceptedConnections {
    private final Guard guard;
    private final ApiMeters meters;
    private final Room room;
    private final Leaving leaving;
    private final Duration headTimeout;

    /** @param headTimeout how long a request may take to send its head */
    AcceptedConnections(Guard guard, ApiMeters meters, Room room, Leaving leaving, Duration headTimeout) {
        this.guard = guard;
        this.meters = meters;
        this.room = room;
        this.leaving = leaving;
        this.headTimeout = headTimeout;
    }

    /** One has just been accepted; on its loop's thread. */
    void opened(Loop loop, HttpConnection connection) {
        HttpFilter.addTo(connection);
        guard.accepted(loop, connection);
        Arrivals arrivals = loop.arrivals();
        arrivals.opened(connection, headTimeout);
        meters.connected();
        if (connection instanceof HttpServerConnection accepted) {
            leaving.accepted(accepted.channelHandlerContext().channel().parent());
        }
        connection.closeHandler(ignored -> {
            meters.disconnected();
            arrivals.gone(connection);
        });
        if (meters.connections() > room.mostConnections()) {
            room.count(Room.Shed.CONNECTION);
            arrivals.makeRoom();
        }
    }
}
