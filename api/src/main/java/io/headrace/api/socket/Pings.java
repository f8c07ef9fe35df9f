package io.headrace.api.socket;

import java.time.Duration;

/**
 * When a WebSocket is pinged, and how long its client may be silent: so one that is gone without a word is found.
 *
 * @param everySweeps a ping is sent each time its connection was looked after so often
 * @param answeredWithin the longest silence; longer than the time between two pings
 */
public record Pings(int everySweeps, Duration answeredWithin) {
    /** Every 20 s, two of which may go unanswered. */
    public static final Pings USUAL = new Pings(10, Duration.ofSeconds(40));
}
