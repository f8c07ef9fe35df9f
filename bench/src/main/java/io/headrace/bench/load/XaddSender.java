package io.headrace.bench.load;

import io.headrace.QueueName;
import io.headrace.bench.process.ReaderChild;
import io.headrace.bench.process.Stamps;
import io.headrace.redis.RedisProbe;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;

/** Adds {@link Stamps} to the stream of a {@link ReaderChild}, over a connection of its own. */
public record XaddSender(Connection connection, byte[] stream, int payloadBytes) implements OpenLoad.Sender {
    private static final byte[] ANY_ID = RawRedis.bytes("*");
    private static final byte[] FIELD = RawRedis.bytes("p");

    public static XaddSender to(RedisProbe probe, QueueName queue, int payloadBytes) {
        return new XaddSender(probe.connection(queue), probe.key(queue, ReaderChild.STREAM), payloadBytes);
    }

    /** What the reader needs before it starts. */
    public static void createGroup(RedisProbe probe, QueueName queue) {
        try (Connection connection = probe.connection(queue)) {
            connection.sendCommand(Command.XGROUP, RawRedis.bytes("CREATE"), probe.key(queue, ReaderChild.STREAM),
                    RawRedis.bytes(ReaderChild.GROUP), RawRedis.bytes("0"), RawRedis.bytes("MKSTREAM"));
            connection.getOne();
        }
    }

    @Override
    public int send(long atNanos) {
        connection.sendCommand(Command.XADD, stream, ANY_ID, FIELD, Stamps.payload(atNanos, payloadBytes));
        connection.getOne();
        return 1;
    }

    @Override
    public void close() {
        connection.close();
    }
}
