package io.headrace.cli.faults;

import io.headrace.contract.process.RedisServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The Redis of a run, in one of its forms. */
interface RedisTopology extends AutoCloseable {
    /** The queue of every fault test. */
    String QUEUE = "default";
    /** What its keys start with. */
    String BASE = "hr:{" + QUEUE + "}:";

    /** For {@code --redis}. */
    String url();

    /** The server that holds the queue now. */
    RedisServer primary() throws IOException;

    /** Every server that holds data. */
    List<RedisServer> servers();

    /** The folder whose append-only file is the whole truth; empty when several servers took turns. */
    Optional<Path> history();

    @Override
    void close();

    /**
     * One server.
     *
     * @param whole whether its append-only file holds everything that was ever stored
     */
    record Standalone(RedisServer server, boolean whole) implements RedisTopology {
        @Override
        public String url() {
            return "redis://127.0.0.1:" + server.port();
        }

        @Override
        public RedisServer primary() {
            return server;
        }

        @Override
        public List<RedisServer> servers() {
            return List.of(server);
        }

        /**
         * Waits until Redis has written what it has told: while an fsync is under way on a slow disk, it puts writing
         * off.
         */
        @Override
        public Optional<Path> history() {
            if (!whole) {
                return Optional.empty();
            }
            RedisForms.await("the append-only file is written", () -> unwritten().equals("0"));
            return Optional.of(server.folder());
        }

        private String unwritten() {
            try {
                return server.info("aof_buffer_length");
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            server.close();
        }
    }
}
