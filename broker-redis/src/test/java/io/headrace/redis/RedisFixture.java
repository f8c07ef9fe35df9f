package io.headrace.redis;

import io.headrace.JobId;
import io.headrace.broker.Broker;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.Lease;
import io.headrace.contract.BrokerFixture;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Redis;
import io.headrace.redis.connection.RedisKeys;
import io.headrace.redis.connection.Replies;
import io.headrace.redis.connection.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import redis.clients.jedis.Protocol.Command;

/** The broker on a real Redis, under a prefix of its own. Time passes by telling Redis that it has. */
public class RedisFixture implements BrokerFixture {
    private static final AtomicLong COUNT = new AtomicLong();

    private final RedisBroker broker;
    private final RedisBroker another;
    private final Redis link;
    private final RedisKeys keys;

    public RedisFixture(TestServer server) {
        this(server, "");
    }

    /** @param start what the prefix starts with */
    public RedisFixture(TestServer server, String start) {
        RedisConfig config = RedisConfig.parse(server.url())
                .withPrefix(start + "t" + System.nanoTime() + "-" + COUNT.incrementAndGet() + ":");
        this.broker = RedisBroker.connect(config, BrokerObserver.NONE);
        this.another = RedisBroker.connect(config, BrokerObserver.NONE);
        this.link = new Redis(config, BrokerObserver.NONE, 4, System::nanoTime);
        this.keys = new RedisKeys(config);
    }

    @Override
    public Broker broker() {
        return broker;
    }

    @Override
    public Broker another() {
        return another;
    }

    @Override
    public void silence(Lease lease, Duration howLong) {
        byte[] stream = keys.ready(lease.job().queue(), lease.job().priority());
        link.call(stream, Request.of(Command.XCLAIM, stream, "workers", lease.token().worker(), 0,
                lease.token().entry().substring(1), "IDLE", howLong.toMillis(), "JUSTID"));
    }

    @Override
    public void makeDue(JobId id) {
        for (String index : List.of("scheduled", "retrying", "parked")) {
            byte[] key = keys.index(id.queue(), index);
            link.call(key,
                    new Request(Command.ZADD, key, RedisKeys.bytes("XX"), RedisKeys.bytes(nowMicros() / 1000),
                            RedisKeys.bytes(id.toString())));
        }
    }

    @Override
    public void rumour(JobId id) {
        byte[] channel = RedisKeys.bytes(keys.cancel(id.queue()));
        link.call(channel, new Request(Command.PUBLISH, channel, RedisKeys.bytes(id.toString())));
    }

    @Override
    public void tick() {
        long start = nowMicros();
        Eventually.until("Redis's clock goes on", () -> nowMicros() >= start + 3_000);
    }

    private long nowMicros() {
        List<Object> time = Replies.list(link.call(new byte[]{'t'}, new Request(Command.TIME)));
        return Replies.number(time.get(0)) * 1_000_000 + Replies.number(time.get(1));
    }

    @Override
    public void close() {
        broker.close();
        another.close();
        link.close();
    }
}
