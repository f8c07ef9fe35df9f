package io.headrace.redis.connection;

import io.headrace.redis.config.RedisConfig;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;
import redis.clients.jedis.providers.SentineledConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;
import redis.clients.jedis.util.Pool;

/**
 * Lends connections to the server of a key, and takes them back. Thread-safe.
 *
 * <p>An application's framework may bring another Jedis than ours, from 6.0 on; what is called here and elsewhere in
 * this module is there in all of them. See docs/decisions/0038.
 */
final class ConnectionPools implements AutoCloseable {
    /** How long an answer may take that tells whether Redis is there at all. */
    private static final int PROBE_MS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(ConnectionPools.class);

    private final ConnectionProvider provider;
    /** Gives broken connections back; its one thread ends when there is nothing to do. */
    private final ThreadPoolExecutor closer = closer();

    /** @throws JedisException when a cluster or a Sentinel cannot be asked where the servers are */
    ConnectionPools(RedisConfig config, int most) {
        this.provider = open(config, most);
    }

    /** The server that a key lies on now, as far as known: no promise. One for all but in a cluster. */
    String server(byte[] key) {
        return provider instanceof ClusterConnectionProvider cluster
                ? String.valueOf(cluster.getNode(JedisClusterCRC16.getSlot(key)))
                : "";
    }

    /** Keys with the same number are served by the same connection. */
    int shard(byte[] key) {
        return provider instanceof ClusterConnectionProvider ? JedisClusterCRC16.getSlot(key) : 0;
    }

    Connection connect(byte[] key) {
        try {
            return lend(key);
        } catch (JedisException e) {
            if (renewed()) { // its master may be dead, and another one serve the slot
                return lend(key);
            }
            throw e;
        }
    }

    private Connection lend(byte[] key) {
        return provider instanceof ClusterConnectionProvider cluster
                ? cluster.getConnectionFromSlot(JedisClusterCRC16.getSlot(key))
                : provider.getConnection();
    }

    /** Whether Redis answers on it; a dead one is given back. */
    boolean alive(Connection connection) {
        try {
            return connection.ping();
        } catch (JedisException e) {
            connection.setBroken();
            release(connection);
            if (timedOut(e)) {
                throw e; // another connection would wait as long
            }
            return false;
        }
    }

    /** Asks anew which server serves which slot; false where there are no slots. */
    boolean renewed() {
        if (provider instanceof ClusterConnectionProvider cluster) {
            cluster.renewSlotCache();
            return true;
        }
        return false;
    }

    /**
     * The pool replaces a broken connection at once, which takes as long as Redis does not answer: nobody waits for
     * that.
     */
    void release(Connection connection) {
        if (connection.isBroken()) {
            try {
                closer.execute(() -> closeBroken(connection));
            } catch (OutOfMemoryError e) { // no thread can be started for it
                closeBroken(connection);
            }
        } else {
            connection.close();
        }
    }

    private static void closeBroken(Connection connection) {
        try {
            connection.close();
        } catch (RuntimeException e) {
            LOG.debug("a broken connection is not replaced yet", e); // it is closed; what failed is the pool's attempt
        }
    }

    /**
     * Whether Redis answers in a short time.
     *
     * @param ifAllInUse what to say when there is no connection to ask with: those in use know soon
     */
    boolean answers(byte[] key, boolean ifAllInUse) {
        Connection connection;
        try {
            connection = connect(key);
        } catch (JedisException e) {
            return ifAllInUse && exhausted(e);
        }
        try {
            connection.setSoTimeout(PROBE_MS);
            boolean pong = connection.ping();
            connection.setSoTimeout(Redis.TIMEOUT_MS);
            return pong;
        } catch (JedisException e) {
            connection.setBroken();
            return false;
        } finally {
            release(connection);
        }
    }

    static boolean timedOut(Throwable e) {
        return e instanceof SocketTimeoutException || (e.getCause() != null && timedOut(e.getCause()));
    }

    /** Whether it was our own pool that had nothing to give. */
    static boolean exhausted(Throwable e) {
        return e instanceof NoSuchElementException || (e.getCause() != null && exhausted(e.getCause()));
    }

    /** After a failure every idle connection is suspect; new ones cost less than a failed call each. */
    void dropIdle() {
        provider.getConnectionMap().values().forEach(pool -> {
            if (pool instanceof Pool<?> p) {
                p.clear();
            }
        });
    }

    private static ConnectionProvider open(RedisConfig config, int maxConnections) {
        DefaultJedisClientConfig.Builder builder = client(config).database(config.database());
        Path dev = config.dev();
        JedisClientConfig client = dev == null ? builder.user(config.user()).password(config.password()).build()
                : builder.credentialsProvider(new DevCredentials(dev)).build();
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(maxConnections);
        pool.setMaxIdle(maxConnections);
        pool.setMaxWait(Duration.ofMillis(Redis.TIMEOUT_MS));
        pool.setJmxEnabled(false);
        pool.setTestWhileIdle(false);
        return switch (config.kind()) {
            case STANDALONE -> new PooledConnectionProvider(config.nodes().iterator().next(), client, pool);
            case CLUSTER -> new ClusterConnectionProvider(config.nodes(), client, pool);
            case SENTINEL ->
                new SentineledConnectionProvider(String.valueOf(config.master()), client, pool, config.nodes(),
                        client(config).build());
        };
    }

    private static DefaultJedisClientConfig.Builder client(RedisConfig config) {
        DefaultJedisClientConfig.Builder client = DefaultJedisClientConfig.builder().protocol(RedisProtocol.RESP2)
                .connectionTimeoutMillis(Redis.TIMEOUT_MS)
                .socketTimeoutMillis(Redis.TIMEOUT_MS)
                .blockingSocketTimeoutMillis(PubSub.SILENCE_MS); // of connections that listen, and of no others
        return config.tls() ? client.sslOptions(SslOptions.builder().build()) : client;
    }

    private static ThreadPoolExecutor closer() {
        ThreadPoolExecutor closer = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "headrace-redis-close");
                    thread.setDaemon(true);
                    return thread;
                }, (task, closed) -> task.run());
        closer.allowCoreThreadTimeOut(true);
        return closer;
    }

    @Override
    public void close() {
        closer.shutdown();
        try {
            provider.close();
        } catch (Exception e) {
            throw new IllegalStateException("closing connections failed", e);
        }
    }
}
