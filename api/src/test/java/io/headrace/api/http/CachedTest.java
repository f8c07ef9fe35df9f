package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.BrokerUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CachedTest {
    private final AtomicInteger looks = new AtomicInteger();

    @Test
    void allWhoAskWhileTheSourceHangsWaitForItOnce() {
        CountDownLatch hangs = new CountDownLatch(1);
        Cached<String> cached = new Cached<>(Duration.ofMinutes(1), () -> {
            looks.incrementAndGet();
            await(hangs);
            throw new BrokerUnavailable("it hung", null);
        });
        List<CompletableFuture<String>> askers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            askers.add(CompletableFuture.supplyAsync(cached::get, CachedTest::thread));
        }
        hangs.countDown();
        for (CompletableFuture<String> asker : askers) {
            assertThatThrownBy(asker::join).hasRootCauseInstanceOf(BrokerUnavailable.class);
        }
        assertThat(looks).hasValue(1);
    }

    @Test
    void aFailureIsForgottenSoonerThanAValue() {
        Cached<String> cached = new Cached<>(Duration.ofMinutes(1), () -> {
            if (looks.incrementAndGet() == 1) {
                throw new BrokerUnavailable("not now", null);
            }
            return "value";
        });
        assertThatThrownBy(cached::get).isInstanceOf(BrokerUnavailable.class);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        String got = "";
        while (got.isEmpty() && System.nanoTime() < end) {
            got = value(cached);
        }
        assertThat(got).isEqualTo("value");
        assertThat(cached.get()).isEqualTo("value");
        assertThat(looks).hasValue(2);
    }

    @Test
    void whatTookLongToGetIsKeptNineTimesAsLongAgain() {
        AtomicLong nanos = new AtomicLong();
        long look = TimeUnit.SECONDS.toNanos(2);
        Cached<Integer> cached = Cached.costly(Duration.ofMillis(500), () -> {
            nanos.addAndGet(look);
            return looks.incrementAndGet();
        }, nanos::get);
        assertThat(cached.get()).isEqualTo(1);
        nanos.addAndGet(9 * look);
        assertThat(cached.get()).isEqualTo(1);
        nanos.addAndGet(1);
        assertThat(cached.get()).isEqualTo(2);
    }

    private static String value(Cached<String> cached) {
        try {
            return cached.get();
        } catch (BrokerUnavailable e) {
            return "";
        }
    }

    private static void thread(Runnable work) {
        new Thread(work, "asker").start();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
