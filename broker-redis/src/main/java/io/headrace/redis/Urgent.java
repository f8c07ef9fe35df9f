package io.headrace.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Protocol.Command;

/**
 * Small writes that a full Redis must not refuse, for people could not make room in it otherwise: it refuses every command that may
 * take memory, but not those of a script that says that it knows.
 */
final class Urgent {
    private Urgent() {}

    /** The command on the key, behind which its other arguments come. */
    static Link.Request write(Command command, byte[] key, byte[]... rest) {
        List<byte[]> arguments = new ArrayList<>();
        arguments.add(command.name().getBytes(StandardCharsets.US_ASCII));
        arguments.addAll(List.of(rest));
        return Link.script(Script.WRITE, List.of(key), arguments);
    }
}
