package io.headrace.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.access.AccessKey;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import io.headrace.access.Scope;
import io.headrace.api.socket.UnidentifiedSockets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Places that nobody can take all of. */
class WaiterPlacesTest {
    private static Caller caller(String name) {
        return Caller.of(new AccessKey(name, Digest.of(name), Role.VIEWER, Scope.ALL, null, null), "127.0.0.1");
    }

    private static int takeAll(Waiters places, Caller caller) {
        int taken = 0;
        while (places.enter(caller, new Object()::notify)) {
            taken++;
        }
        return taken;
    }

    @Test
    void aKeyGetsNoMorePlacesThanItLeavesFree() {
        Waiters places = new Waiters(2_000);
        assertThat(takeAll(places, caller("one"))).isEqualTo(1_000);
        assertThat(takeAll(places, caller("two"))).isEqualTo(500);
        assertThat(takeAll(places, caller("three"))).isEqualTo(250);
        assertThat(places.enter(caller("four"), () -> {})).isTrue();
    }

    @Test
    void whoHasNoPlaceGetsTheLast() {
        Waiters places = new Waiters(1);
        assertThat(places.enter(caller("one"), () -> {})).isTrue();
        assertThat(places.enter(caller("two"), () -> {})).isFalse();
    }

    @Test
    void withoutKeysAllPlacesAreThere() {
        assertThat(takeAll(new Waiters(10), Caller.local("127.0.0.1"))).isEqualTo(10);
    }

    @Test
    void whatIsGivenBackCanBeTakenAgain() {
        Waiters places = new Waiters(4);
        Runnable ender = () -> {};
        assertThat(places.enter(caller("one"), ender)).isTrue();
        assertThat(places.more(caller("one"))).isTrue();
        assertThat(places.more(caller("one"))).isFalse();
        places.less(caller("one"), 1);
        places.leave(ender);
        places.leave(ender);
        assertThat(places.count()).isZero();
        assertThat(takeAll(places, caller("one"))).isEqualTo(2);
    }

    @Test
    void theOldestThatSaysNothingMakesRoomAndAtFirstOneOfItsOwnAddress() {
        UnidentifiedSockets strangers = new UnidentifiedSockets();
        List<String> ended = new ArrayList<>();
        strangers.enter("honest", () -> ended.add("honest"));
        for (int i = 0; i < 100; i++) {
            int number = i;
            strangers.enter("mute", () -> ended.add("mute " + number));
        }
        assertThat(ended).hasSize(84).startsWith("mute 0", "mute 1").doesNotContain("honest", "mute 84");
    }

    @Test
    void whenManyAddressesSayNothingOneOfTheMostNumerousMakesRoom() {
        UnidentifiedSockets strangers = new UnidentifiedSockets();
        AtomicInteger honest = new AtomicInteger();
        List<String> ended = new ArrayList<>();
        strangers.enter("honest", honest::incrementAndGet);
        for (int i = 0; i < 1_000; i++) {
            String address = "mute " + i % 50;
            strangers.enter(address, () -> ended.add(address));
        }
        assertThat(ended).hasSize(1_001 - 256);
        assertThat(honest).hasValue(0);
    }
}
