package io.headrace.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeFormatTest {
    @ParameterizedTest
    @ValueSource(strings = {"application/openmetrics-text", "Application/OpenMetrics-Text; version=1.0.0",
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;q=0.5",
        "text/plain;q=0.5, application/openmetrics-text;q=0.9"})
    void whoNamesOpenMetricsGetsIt(String accept) {
        assertThat(ScrapeFormat.accepted(accept)).isEqualTo(ScrapeFormat.OPEN_METRICS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*/*", "text/plain", "application/openmetrics-text;q=0, text/plain",
        "application/openmetrics-texts"})
    void everybodyElseGetsPlainText(String accept) {
        assertThat(ScrapeFormat.accepted(accept)).isEqualTo(ScrapeFormat.TEXT);
    }

    @Test
    void noHeaderMeansPlainText() {
        assertThat(ScrapeFormat.accepted(null)).isEqualTo(ScrapeFormat.TEXT);
        assertThat(ScrapeFormat.TEXT.mediaType()).isEqualTo("text/plain");
    }
}
