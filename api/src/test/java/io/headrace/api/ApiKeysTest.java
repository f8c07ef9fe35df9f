package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.access.AccessKey;
import io.headrace.access.Digest;
import io.headrace.access.Role;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private static AccessKey one(String text) {
        List<AccessKey> all = ApiKeys.parse(text).all();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    @ParameterizedTest
    @CsvSource({"s3cret,key-1,ADMIN,all queues,s3cret", "YWJj==,key-1,ADMIN,all queues,YWJj==",
        "viewer:s,key-1,VIEWER,all queues,s", "ci=producer@mail:s,ci,PRODUCER,mail,s",
        "on.call=operator@sms+mail:a:b=c@d,on.call,OPERATOR,'mail, sms',a:b=c@d",
        "admin:with:colon,key-1,ADMIN,all queues,with:colon"})
    void anEntrySaysWhoMayDoWhat(String entry, String name, Role role, String scope, String secret) {
        AccessKey key = one(entry);
        assertThat(key.name()).isEqualTo(name);
        assertThat(key.role()).isEqualTo(role);
        assertThat(key.scope()).hasToString(scope);
        assertThat(key.digest()).isEqualTo(Digest.of(secret));
    }

    @Test
    void aDigestStandsForASecret() {
        String hex = Digest.of("s").hex();
        assertThat(one("sha256:" + hex)).satisfies(key -> {
            assertThat(key.role()).isEqualTo(Role.ADMIN);
            assertThat(key.digest()).isEqualTo(Digest.of("s"));
        });
        assertThat(one("eye=viewer@mail:sha256:" + hex.toUpperCase(java.util.Locale.ROOT)).digest())
                .isEqualTo(Digest.of("s"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"oprator:hush", "ci=:hush", "=viewer:hush", "a b=viewer:hush", "viewer@:hush",
        "viewer@mail+:hush", "viewer@Mail:hush", "viewer:", "admin@mail:hush", "sha256:hush", "viewer:sha256:hush",
        "viewer", "ci=operator", "producer@mail", "hush:hush", "viewer:hush,operator:hush", "a=viewer:hush,a=viewer:x",
        "Viewer:hush"})
    void aBadEntryIsRefusedWithoutBeingShown(String text) {
        assertThatThrownBy(() -> ApiKeys.parse(text)).isInstanceOf(InvalidInput.class).hasMessageContaining("entry ")
                .message().doesNotContain("hush");
    }

    @Test
    void nothingOfTheKeysIsShown() {
        assertThat(ApiKeys.parse("ci=viewer:hush,other")).hasToString("2");
        assertThat(ApiKeys.parse("ci=viewer:hush").all().toString()).doesNotContain("hush", Digest.of("hush").hex());
    }
}
