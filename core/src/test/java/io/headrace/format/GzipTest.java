package io.headrace.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GzipTest {
    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] read(byte[] packed) throws IOException {
        return new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    }

    @Test
    void whatWasPackedIsReadAsItWas() throws IOException {
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        for (byte[] plain : new byte[][]{{}, text("{}"), text("{\"queue\":1}".repeat(50_000)), noise}) {
            assertThat(read(Gzip.of(plain))).isEqualTo(plain);
            assertThat(read(Gzip.smallest(plain))).isEqualTo(plain);
        }
        assertThat(Gzip.of(text("{\"queue\":1}".repeat(1_000)))).hasSizeLessThan(200);
    }

    @Test
    void blocksMakeAStreamInAnyOrderAndEachCanBeReadWhenItHasCome() throws IOException {
        byte[] one = text("id: 1\ndata: {\"queues\":[]}\n\n");
        byte[] two = text("id: 2\ndata: " + "x".repeat(100_000) + "\n\n");
        byte[] noise = new byte[20_000];
        new Random(7).nextBytes(noise);
        byte[][] plain = {two, one, one, new byte[0], noise, two};
        Gzip gzip = new Gzip();
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        sent.writeBytes(gzip.head());
        for (byte[] each : plain) {
            sent.writeBytes(Gzip.block(each));
            gzip.add(each);
            all.writeBytes(each);
            GZIPInputStream soFar = new GZIPInputStream(new ByteArrayInputStream(sent.toByteArray()), 1);
            assertThat(soFar.readNBytes(all.size())).isEqualTo(all.toByteArray());
        }
        sent.writeBytes(gzip.tail());
        assertThat(read(sent.toByteArray())).isEqualTo(all.toByteArray());
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {"gzip,true", "'GZIP, br',true", "*,true",
        "'deflate, gzip;q=1.0, *;q=0.5',true",
        "x-gzip,true", "'br;q=1.0,gzip;q=0.001',true", "'gzip ; q = 0.5',true", "gzip;q=0,false", "gzip;q=0.000,false",
        "'*;q=0.5, gzip;q=0.0',false", "'gzip;q=0.5, identity',false", "'gzip;q=0.5, identity;q=0.5',true",
        "'identity;q=0.9, *;q=0.1',false", "br,false", "identity,false", "'',false", "-,false", "gzip;q=2,false",
        "gzip;q=,false", "gzip;level=9,false", "gzipped,false", "';q=1,,gzip',true"})
    void gzipIsWantedByWhoSaysSoAndDoesNotLikePlainBytesMore(String accepted, boolean wanted) {
        assertThat(Gzip.wanted(accepted)).isEqualTo(wanted);
    }
}
