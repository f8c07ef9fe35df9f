package io.headrace.bench.process;

import io.headrace.QueueName;
import io.headrace.redis.RedisProbe;
import io.headrace.redis.config.RedisConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/**
 * The least that a worker on Redis Streams does: waits in {@code XREADGROUP}, notes when it got what, acknowledges and
 * deletes. Its one thread ends with the process; {@link Stamps} is thread-safe.
 */
public final class ReaderChild implements ChildMain.Role {
    public static final String STREAM = "raw";
    public static final String GROUP = "readers";
    private static final byte[][] READ = {bytes("GROUP"), bytes(GROUP), bytes("reader"), bytes("COUNT"), bytes("100"),
        bytes("BLOCK"), bytes("1000"), bytes("STREAMS")};
    private static final byte[] NEW = bytes(">");

    private final Stamps stamps = new Stamps();
    private final byte[] stream;

    private ReaderChild(byte[] stream) {
        this.stream = stream;
    }

    /** @param queue beside whose keys the stream lies; its group exists */
    static ReaderChild start(RedisConfig config, QueueName queue) {
        RedisProbe probe = RedisProbe.connect(config);
        Connection connection = probe.connection(queue);
        ReaderChild child = new ReaderChild(probe.key(queue, STREAM));
        new Thread(() -> child.read(connection), "bench-reader").start();
        return child;
    }

    private void read(Connection connection) {
        byte[][] read = java.util.Arrays.copyOf(READ, READ.length + 2);
        read[READ.length] = stream;
        read[READ.length + 1] = NEW;
        while (true) {
            connection.sendCommand(Command.XREADGROUP, read);
            if (connection.getOne() instanceof List<?> streams) {
                take(connection, (List<?>) ((List<?>) streams.get(0)).get(1));
            }
        }
    }

    private void take(Connection connection, List<?> entries) {
        byte[][] acknowledge = new byte[entries.size() + 2][];
        byte[][] delete = new byte[entries.size() + 1][];
        acknowledge[0] = stream;
        acknowledge[1] = bytes(GROUP);
        delete[0] = stream;
        for (int i = 0; i < entries.size(); i++) {
            List<?> entry = (List<?>) entries.get(i);
            stamps.record((byte[]) ((List<?>) entry.get(1)).get(1), System.nanoTime());
            acknowledge[i + 2] = (byte[]) entry.get(0);
            delete[i + 1] = (byte[]) entry.get(0);
        }
        connection.sendCommand(Command.XACK, acknowledge);
        connection.sendCommand(Command.XDEL, delete);
        connection.getMany(2);
    }

    @Override
    public String answer(String command) {
        return stamps.answer(command);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
