package io.headrace.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.config.Address.Server;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressTest {
    @ParameterizedTest
    @CsvSource({"http://my_service/x,my_service,-1", "HTTP://My_Service:81,My_Service,81",
        "http://web.1:9/?a=b,web.1,9",
        "https://a.example./x,a.example.,-1", "http://[::1]:8080/,[::1],8080",
        "http://[fe80::1%25eth0],[fe80::1%25eth0],-1",
        "http://127.0.0.1,127.0.0.1,-1", "http://-a_b-:1/x@y:2,-a_b-,1", "http://a:/x,a,-1",
        "http://bücher.example,xn--bcher-kva.example,-1"})
    void namesThatHostsHaveAreHosts(String text, String host, int port) {
        assertThat(Address.web("api", text).servers()).containsExactly(new Server(host, port));
    }

    @Test
    void itsPartsAreRead() {
        Address address = Address.web("http", "HttpS://a%20b:p%40%C3%A4+:x@h.example:8443/p/a%2Fth?q=1,2");
        assertThat(address.scheme()).isEqualTo("https");
        assertThat(address.user()).isEqualTo("a b");
        assertThat(address.password()).isEqualTo("p@ä+:x");
        assertThat(address.rest()).isEqualTo("/p/a%2Fth?q=1,2");
        assertThat(address.text()).isEqualTo("https://h.example:8443/p/a%2Fth?q=1,2");
        assertThat(address.host()).isEqualTo("h.example:8443");
        assertThat(address.basic()).contains("Basic YSBiOnBAw6QrOng=");
        assertThat(Address.web("http", "http://h").basic()).isEmpty();
        assertThat(Address.parse("redis", "redis://a,b_b:1/x", List.of("redis")).servers())
                .containsExactly(new Server("a", -1), new Server("b_b", 1));
    }

    @Test
    void itShowsOnlyWhereItLeads() {
        assertThat(Address.web("http", "http://user:sesame@h:1/hooks/sesame?token=sesame")).hasToString("http://h:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "sesame", "user:sesame@h", "ftp://user:sesame@h", "http://", "http://:sesame",
        "http:///sesame",
        "http://user:sesame", "http://h:99999/sesame", "http://h:0/sesame", "http://h/se same", "http://h/sesame#x",
        "http://u:sesame@h h/", "http://u:sesame%@h/", "http://u:sesame%zz@h/", "http://u:sesame%ff@h/",
        "http://u:sesame@::1/", "http://[sesame]/", "http://[::1/sesame", "http://a..b/sesame", "http://a,b/sesame",
        "http://h%73esame/", "https://my_host/sesame", "http://sesame\n/", " http://h/sesame"})
    void whatIsNoAddressIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> Address.web("--http", text)).isInstanceOf(InvalidInput.class)
                .hasMessageStartingWith("--http ").hasMessageNotContaining("sesame").hasNoCause();
    }

    @Test
    void aNameThatTheClientOfTheJdkRefusesIsLookedUpForIt() throws UnknownHostException {
        assertThat(Address.web("http", "http://h:81/x?y").reachable("/z?y")).hasToString("http://h:81/z?y");
        assertThat(Address.web("http", "http://h").reachable("/ä")).hasToString("http://h/%C3%A4");
        assertThat(Address.web("http", "http://h").ordinary()).isTrue();
        assertThat(Address.web("http", "http://my_service").ordinary()).isFalse();
        assertThat(Address.web("http", "http://web.1").ordinary()).isFalse();
        assertThatThrownBy(() -> Address.web("http", "http://no_such_host.invalid/x").reachable(""))
                .isInstanceOf(UnknownHostException.class);
    }
}
