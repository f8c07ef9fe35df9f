package io.headrace.contract.fuzz;

import java.util.List;

/**
 * What a hostile client does on one connection.
 *
 * @param what in a few words, for a report
 * @param pieces the bytes, sent one piece after the other
 * @param pauseMs how long it waits between pieces
 * @param end what it does when all is sent
 * @param answered whether the server must answer it: it is a whole request
 * @param headOnly whether the answer has no body or no end: a HEAD, or a stream of events
 */
record HostileRequest(String what, List<byte[]> pieces, int pauseMs, End end, boolean answered, boolean headOnly) {
    /** How a client ends. */
    enum End {
        /** It reads the answer. */
        READ,
        /** It says that it will send no more, and reads. */
        HALF_CLOSE,
        /** It goes away without reading. */
        GO,
        /** It goes away with a reset. */
        RESET
    }

    HostileRequest {
        pieces = List.copyOf(pieces);
    }
}
