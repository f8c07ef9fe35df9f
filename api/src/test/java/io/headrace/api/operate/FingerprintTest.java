package io.headrace.api.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.JobType;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    private static final JobType MAIL = new JobType("mail");

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            timed out after 30 s                                    | timed out after <n> s
            timed out after 1.5 s, 2,000 of 30_000 sent             | timed out after <n> s, <n> of <n> sent
            no user 6ba7b810-9dad-11d1-80b4-00c04fd430c8            | no user <id>
            commit 3f9c1a7be02d is gone                             | commit <id> is gone
            at 0x7ffee4c0 in Handler@1a2b3c                         | at <id> in Handler@<id>
            no such file: 'a b.txt'                                 | no such file: '…'
            no such column "Ann's"                                  | no such column '…'
            can't connect, won't retry                              | can't connect, won't retry
            10.0.0.1:5432 refused                                   | <address> refused
            fe80::1:2:3 is unreachable                              | <address> is unreachable
            2001:db8:0:1:1:1:1:1 is unreachable                     | <address> is unreachable
            GET https://x.example/a?b=1 gave 503                    | GET <address> gave <n>
            no mailbox ann.b+c@mail.example.org                     | no mailbox <address>
            expired at 2026-11-22T02:48:50.411Z                     | expired at <time>
            expired on 2026-11-22, 02:48:50                         | expired on <time>, <time>
            job mail_n1763770000123-0 is gone                       | job mail_n<n>-<n> is gone
            the command exited with 66                              | the command exited with <n>
            a cafe added a facade                                   | a cafe added a facade
            """)
    void detailsAreReplaced(String message, String expected) {
        assertThat(Fingerprint.withoutDetails(message)).isEqualTo(expected);
    }

    @Test
    void failuresThatDifferInDetailsOnlyAreTheSame() {
        assertThat(of("Timeout", "no answer of '10.1.2.3' in 30 s")).isEqualTo(of("Timeout",
                "no answer of 'db.example' in 5 s"));
    }

    @Test
    void anotherTypeErrorOrMessageIsAnother() {
        String one = of("Timeout", "no answer");
        assertThat(of("Refused", "no answer")).isNotEqualTo(one);
        assertThat(of("Timeout", "no answer at all")).isNotEqualTo(one);
        assertThat(Fingerprint.of(new JobType("report"), new Failure("Timeout", "no answer", null)).value())
                .isNotEqualTo(one);
        assertThat(Fingerprint.of(MAIL, null).value()).isNotEqualTo(one);
    }

    /** People keep fingerprints in scripts, and replicas of different versions must agree. */
    @Test
    void aFingerprintStaysTheSameForEver() {
        assertThat(of("exit_66", "the command exited with 66: no such file: a.txt")).isEqualTo("b647216e7035");
        assertThat(of("exit_66", "the command exited with 66: no such file: a.txt")).hasSize(Fingerprint.CHARS);
    }

    @Test
    void aStackDoesNotMatter() {
        assertThat(Fingerprint.of(MAIL, new Failure("E", "m", "at A.b")))
                .isEqualTo(Fingerprint.of(MAIL, new Failure("E", "m", null)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'", "a'", "@", "1", "0x", ":", "a:", "\"x'", "//", "a@b.", "\ud83d", "12:3"})
    @Timeout(20)
    void hostileMessagesTakeNoTime(String part) {
        String message = part.repeat(2000 / part.length());
        long start = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            Fingerprint.of(MAIL, new Failure("E", message, null));
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "3f9c1a7be02", "3f9c1a7be02dd", "3F9C1A7BE02D", "3f9c1a7be02g"})
    void whatCannotBeAFingerprintIsRefused(String text) {
        assertThatThrownBy(() -> Fingerprint.check(text)).isInstanceOf(InvalidInput.class);
    }

    private static String of(String error, String message) {
        return Fingerprint.of(MAIL, new Failure(error, message, null)).value();
    }
}
