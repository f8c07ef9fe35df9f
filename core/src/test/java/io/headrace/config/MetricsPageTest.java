package io.headrace.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/metrics.md} true to {@link Meter}. When it fails, paste the expected table into the page. */
class MetricsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");

    @Test
    void theMetricsPageListsEveryMeterAsItIsDeclared() throws IOException {
        assertThat(tableOf(Files.readString(PAGE))).isEqualTo(expected());
    }

    /** The page's one table whose head begins with "meter". */
    private static String tableOf(String page) {
        return page.lines()
                .dropWhile(line -> !line.startsWith("| meter |"))
                .takeWhile(line -> line.startsWith("|"))
                .collect(Collectors.joining("\n"));
    }

    private static String expected() {
        return "| meter | type | labels | from | what it says |\n|---|---|---|---|---|\n"
                + Arrays.stream(Meter.values()).map(MetricsPageTest::row).collect(Collectors.joining("\n"));
    }

    private static String row(Meter meter) {
        String labels = meter.tags().stream().map(tag -> '`' + tag + '`').collect(Collectors.joining(", "));
        String from = meter.source() == Meter.Source.BOTH ? "api and worker" : word(meter.source());
        return "| `" + meter.exported() + "` | " + word(meter.kind()) + " | " + labels + " | " + from + " | "
                + meter.help() + " |";
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
