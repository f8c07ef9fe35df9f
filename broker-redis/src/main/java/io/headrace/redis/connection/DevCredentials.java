package io.headrace.redis.connection;

import io.headrace.redis.embedded.DataFolder;
import io.headrace.runtime.LocalUser;
import io.headrace.runtime.SocketTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Supplier;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The password of the Redis that {@code headrace dev} runs, looked up for each new connection: it is another one after
 * each start. It is told to a server of this user only, so that nobody who took its port in the meantime gets it, or
 * gives jobs to a worker. Thread-safe.
 */
public final class DevCredentials implements Supplier<RedisCredentials> {
    private final Path folder;

    public DevCredentials(Path folder) {
        this.folder = folder;
    }

    @Override
    public RedisCredentials get() {
        try {
            int port = DataFolder.port(folder)
                    .orElseThrow(() -> new JedisConnectionException("no 'headrace dev' runs on " + folder));
            if (SocketTable.exists() && SocketTable.read().listener(port).orElse(-1) != LocalUser.uid()) {
                throw new JedisConnectionException("port " + port + " of the 'headrace dev' on " + folder
                        + " is held by another user, or by nobody");
            }
            return new DefaultRedisCredentials(null, DataFolder.secret(folder).orElse(""));
        } catch (IOException e) {
            throw new JedisConnectionException("the password of the 'headrace dev' on " + folder + " cannot be read",
                    e);
        }
    }
}
