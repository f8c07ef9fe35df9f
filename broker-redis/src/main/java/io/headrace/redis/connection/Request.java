package io.headrace.redis.connection;

import java.util.List;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.commands.ProtocolCommand;

/** One command and its arguments. */
public record Request(ProtocolCommand command, byte[]... arguments) {
    private static final byte[] ONE = {'1'};

    /** @param values as {@link Args} writes them, the key first */
    public static Request of(Command command, Object... values) {
        return new Request(command, Args.of(values).toArray(byte[][]::new));
    }

    /**
     * A small write that a full Redis must not refuse, for people could not make room in it otherwise: it refuses every
     * command that may take memory, but not those of a script that says that it knows.
     *
     * @param rest the arguments of the command behind the key
     */
    public static Request urgent(Command command, byte[] key, Object... rest) {
        return script(Script.WRITE, List.of(key), Args.of(command.name()).with(rest));
    }

    /** A script and its keys. */
    public static Request script(Script script, List<byte[]> keys, List<byte[]> arguments) {
        byte[][] all = new byte[2 + keys.size() + arguments.size()][];
        all[0] = script.digest();
        all[1] = keys.size() == 1 ? ONE : RedisKeys.bytes(keys.size());
        int at = 2;
        for (byte[] key : keys) {
            all[at++] = key;
        }
        for (byte[] argument : arguments) {
            all[at++] = argument;
        }
        return new Request(Command.EVALSHA, all);
    }

    /** What it is about: the base of a script, else the first key. */
    public byte[] key() {
        return arguments[command == Command.EVALSHA ? 2 : 0];
    }
}
