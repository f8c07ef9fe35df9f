package io.headrace.api.http;

import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The connections of one loop of which it is not known yet whose they are: those that have not sent a whole request
 * head, each of which must in time, and those that have shown no key that opens anything. When as many connections are
 * open as memory allows, the oldest of them makes room for the next one. Lives on its loop's thread.
 */
public final class UnidentifiedConnections {
    private final EventLoop loop;
    /** By connection, those that have sent no whole head yet, and until when they may. */
    private final Map<HttpConnection, Silence> silent = new HashMap<>();
    /** All of them, the oldest first. */
    private final Set<HttpConnection> strange = new LinkedHashSet<>();

    UnidentifiedConnections(EventLoop loop) {
        this.loop = loop;
    }

    /** A connection that sends no whole request head in time is closed. */
    private final class Silence implements EventLoop.Deadline {
        private final HttpConnection connection;
        private final Duration atMost;
        private final long nanos;
        private final boolean wasShut;

        Silence(HttpConnection connection, Duration atMost) {
            this.connection = connection;
            this.atMost = atMost;
            this.wasShut = ConnectionGate.isShut(connection);
            this.nanos = EventLoop.nanosFromNow(atMost);
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void passed() {
            // while it was looked up who connects nothing could be heard
            if (wasShut || ConnectionGate.isShut(connection)) {
                expect(connection, atMost);
                return;
            }
            gone(connection);
            connection.close();
        }
    }

    /** @param atMost how long it may take to send the head of its first request */
    public void opened(HttpConnection connection, Duration atMost) {
        strange.add(connection);
        expect(connection, atMost);
    }

    private void expect(HttpConnection connection, Duration atMost) {
        Silence silence = new Silence(connection, atMost);
        silent.put(connection, silence);
        loop.watch(silence);
    }

    /** It has sent the head of a request. */
    public void heard(HttpConnection connection) {
        if (!silent.isEmpty()) {
            Silence silence = silent.remove(connection);
            if (silence != null) {
                loop.forget(silence);
            }
        }
    }

    /** It belongs to somebody who may ask something. */
    public void known(HttpConnection connection) {
        if (!strange.isEmpty()) {
            strange.remove(connection);
        }
    }

    public void gone(HttpConnection connection) {
        heard(connection);
        known(connection);
    }

    /** Closes the oldest connection of which nothing good is known; this one, if it is the only one. */
    public void makeRoom() {
        Iterator<HttpConnection> all = strange.iterator();
        if (all.hasNext()) {
            HttpConnection oldest = all.next();
            gone(oldest);
            HttpCall.cut(oldest);
        }
    }
}
