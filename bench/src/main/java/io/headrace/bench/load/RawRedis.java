package io.headrace.bench.load;

import io.headrace.QueueName;
import io.headrace.redis.RedisProbe;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/** What Redis Streams do bare, by as few commands as there can be: the ceilings. */
public final class RawRedis {
    /** How many connections, each with a thread. */
    public static final int CONNECTIONS = 10;
    /** How many commands a flush holds. */
    private static final int PIPELINE = 500;
    /** How many entries are read, acknowledged and deleted at a time. */
    private static final int BATCH = 100;
    private static final byte[] GROUP = bytes("g");
    private static final byte[] FIELD = bytes("p");
    private static final byte[] ANY_ID = bytes("*");

    private final RedisProbe probe;
    private final QueueName queue;
    private final byte[] stream;
    private final byte[] payload;

    /** @param queue whose name marks the stream, which is removed with it */
    public RawRedis(RedisProbe probe, QueueName queue, byte[] payload) {
        this.probe = probe;
        this.queue = queue;
        this.stream = probe.key(queue, "raw");
        this.payload = payload;
    }

    /**
     * Adds entries to the stream: pipelined XADD over so many connections.
     *
     * @return nanoseconds until the last was answered
     */
    public long add(int count, int connections) throws Exception {
        return add(new Share(count, PIPELINE), connections);
    }

    /** The same one at a time: each connection waits for an answer before it adds the next. */
    public long addSingly(int count, int connections) throws Exception {
        return add(new Share(count, 1), connections);
    }

    private long add(Share share, int connections) throws Exception {
        return Together.run(Collections.nCopies(connections, () -> {
            Connection connection = probe.connection(queue);
            return () -> {
                try (connection) {
                    for (int many = share.take(); many > 0; many = share.take()) {
                        add(connection, many);
                    }
                }
            };
        }));
    }

    private void add(Connection connection, int many) {
        for (int i = 0; i < many; i++) {
            connection.sendCommand(Command.XADD, stream, ANY_ID, FIELD, payload);
        }
        refuse(connection.getMany(many));
    }

    /**
     * Reads, acknowledges and deletes all that is in the stream: XREADGROUP of {@value #BATCH}, then one XACK and one
     * XDEL, by {@value #CONNECTIONS} consumers.
     *
     * @return nanoseconds until the stream was empty
     */
    public long drain() throws Exception {
        try (Connection connection = probe.connection(queue)) {
            connection.sendCommand(Command.XGROUP, bytes("CREATE"), stream, GROUP, bytes("0"), bytes("MKSTREAM"));
            connection.getOne();
        }
        AtomicInteger number = new AtomicInteger();
        long nanos = Together.run(Collections.nCopies(CONNECTIONS, () -> {
            Connection connection = probe.connection(queue);
            byte[] consumer = bytes("c" + number.incrementAndGet());
            return () -> {
                try (connection) {
                    while (drainBatch(connection, consumer)) {
                        // until there is nothing left
                    }
                }
            };
        }));
        if (length() != 0) {
            throw new IllegalStateException("the stream was not drained");
        }
        return nanos;
    }

    private boolean drainBatch(Connection connection, byte[] consumer) {
        connection.sendCommand(Command.XREADGROUP, bytes("GROUP"), GROUP, consumer, bytes("COUNT"),
                bytes(Integer.toString(BATCH)), bytes("STREAMS"), stream, bytes(">"));
        if (!(connection.getOne() instanceof List<?> streams)) {
            return false;
        }
        List<?> entries = (List<?>) ((List<?>) streams.get(0)).get(1);
        byte[][] acknowledge = new byte[entries.size() + 2][];
        byte[][] delete = new byte[entries.size() + 1][];
        acknowledge[0] = stream;
        acknowledge[1] = GROUP;
        delete[0] = stream;
        for (int i = 0; i < entries.size(); i++) {
            byte[] id = (byte[]) ((List<?>) entries.get(i)).get(0);
            acknowledge[i + 2] = id;
            delete[i + 1] = id;
        }
        connection.sendCommand(Command.XACK, acknowledge);
        connection.sendCommand(Command.XDEL, delete);
        refuse(connection.getMany(2));
        return true;
    }

    /** How many entries the stream holds. */
    long length() {
        try (Connection connection = probe.connection(queue)) {
            connection.sendCommand(Command.XLEN, stream);
            return connection.getIntegerReply();
        }
    }

    private static void refuse(List<Object> answers) {
        for (Object answer : answers) {
            if (answer instanceof JedisDataException e) {
                throw e;
            }
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
