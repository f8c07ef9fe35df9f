package io.headrace.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.api.TestApi;
import io.headrace.api.http.Problem;
import io.headrace.runtime.LocalUser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What another user really meets is tested with processes of another user, by {@code OtherUserIT} of the command. */
class PeerUsersTest {
    @Test
    void thisUserAndRootAreLetInAndNobodyElse() {
        assertThatCode(() -> PeerUsers.require(OptionalLong.of(LocalUser.uid()))).doesNotThrowAnyException();
        assertThatCode(() -> PeerUsers.require(OptionalLong.of(0))).doesNotThrowAnyException();
        long other = LocalUser.uid() + 1;
        assertThatThrownBy(() -> PeerUsers.require(OptionalLong.of(other))).isInstanceOf(Problem.class)
                .hasMessageContaining("uid " + other).hasMessageContaining("HEADRACE_API_KEYS");
        assertThatThrownBy(() -> PeerUsers.require(OptionalLong.empty())).isInstanceOf(Problem.class)
                .hasMessageContaining("no process").hasMessageContaining("HEADRACE_API_KEYS");
    }

    @Test
    void withoutKeysOurOwnCallsAreAnsweredOnTheSameConnectionAgainAndAgain() {
        try (TestApi api = new TestApi()) {
            for (int i = 0; i < 3; i++) {
                assertThat(api.get("/v1/queues").status()).isEqualTo(200);
            }
            assertThat(api.get("/nowhere").status()).isEqualTo(404);
        }
    }

    @Test
    void afterAnyFailureTheNextConnectionIsLookedUp() throws Exception {
        BlockingQueue<OptionalLong> answers = new LinkedBlockingQueue<>();
        Deque<Throwable> failures = new ArrayDeque<>(List.of(new OutOfMemoryError("Java heap space"),
                new StackOverflowError(), new IOException()));
        PeerUsers neighbours = new PeerUsers(() -> {
            Throwable failure = failures.removeFirst();
            if (failure instanceof Error error) {
                throw error;
            }
            throw failure instanceof IOException checked ? checked : new IOException(failure);
        });
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
        while (!failures.isEmpty()) {
            neighbours.ask(new PeerUsers.Question(address, address, answers::add));

            assertThat(answers.poll(20, TimeUnit.SECONDS)).isEqualTo(OptionalLong.empty());
        }
    }
}
