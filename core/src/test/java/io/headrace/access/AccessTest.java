package io.headrace.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.QueueName;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class AccessTest {
    private final QueueName mail = new QueueName("mail");
    private final QueueName sms = new QueueName("sms");

    @Test
    void aScopeOpensItsQueuesAndNoOthers() {
        Scope scope = Scope.of(List.of(sms, mail, sms));
        assertThat(scope.queues()).contains(List.of(mail, sms));
        assertThat(scope.allows(mail)).isTrue();
        assertThat(scope.allows(new QueueName("mail2"))).isFalse();
        assertThat(scope.unlimited()).isFalse();
        assertThat(scope).isEqualTo(Scope.of(List.of(mail, sms))).isNotEqualTo(Scope.ALL);
        assertThat(Scope.ALL.allows(mail)).isTrue();
        assertThat(Scope.ALL.unlimited()).isTrue();
    }

    @Test
    void aScopeOfNothingIsNone() {
        assertThatThrownBy(() -> Scope.of(List.of())).isInstanceOf(InvalidInput.class);
        assertThatThrownBy(() -> Scope.of(IntStream.range(0, 101).mapToObj(i -> new QueueName("q" + i)).toList()))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("1 to 100");
    }

    @Test
    void aDigestShowsNothingAndComparesByValue() {
        Digest digest = Digest.of("secret");
        assertThat(digest.hex()).isEqualTo("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b");
        assertThat(Digest.ofHex(digest.hex())).isEqualTo(digest).hasSameHashCodeAs(digest);
        assertThat(Digest.of("secret2")).isNotEqualTo(digest);
        assertThat(digest).hasToString("Digest");
        assertThatThrownBy(() -> Digest.ofHex("xyz")).isInstanceOf(InvalidInput.class).message().doesNotContain("xyz");
    }

    @Test
    void actionsAreSpelledAsTheApiSpellsThem() {
        assertThat(AuditAction.labels()).containsExactly("queue.pause", "queue.resume", "queue.purge", "queue.settings",
                "queue.delete",
                "job.cancel", "job.retry", "job.run-now", "dead.retry", "dead.delete", "worker.quiet", "worker.resume",
                "key.create", "key.revoke");
        assertThat(AuditAction.values()).allSatisfy(
                action -> assertThat(AuditAction.ofLabel(action.label())).contains(action));
    }
}
