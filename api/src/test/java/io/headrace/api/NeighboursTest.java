package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.LocalUser;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What another user really meets is tested with processes of another user, by {@code NeighbourIT} of the command. */
class NeighboursTest {
    @Test
    void thisUserAndRootAreLetInAndNobodyElse() {
        assertThatCode(() -> Neighbours.require(OptionalLong.of(LocalUser.uid()))).doesNotThrowAnyException();
        assertThatCode(() -> Neighbours.require(OptionalLong.of(0))).doesNotThrowAnyException();
        long other = LocalUser.uid() + 1;
        assertThatThrownBy(() -> Neighbours.require(OptionalLong.of(other))).isInstanceOf(Problem.class)
                .hasMessageContaining("uid " + other).hasMessageContaining("HEADRACE_API_KEYS");
        assertThatThrownBy(() -> Neighbours.require(OptionalLong.empty())).isInstanceOf(Problem.class)
                .hasMessageContaining("no process").hasMessageContaining("HEADRACE_API_KEYS");
    }

    @Test
    void withoutKeysOurOwnCallsAreAnsweredOnTheSameConnectionAgainAndAgain() {
        try (Api api = new Api()) {
            for (int i = 0; i < 3; i++) {
                assertThat(api.get("/v1/queues").status()).isEqualTo(200);
            }
            assertThat(api.get("/nowhere").status()).isEqualTo(404);
        }
    }
}
