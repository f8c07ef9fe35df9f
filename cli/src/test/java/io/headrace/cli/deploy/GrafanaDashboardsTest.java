package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a reader of the dashboards relies on, checked without a Grafana; {@link PrometheusIT} runs their queries. */
class GrafanaDashboardsTest {
    private static final int WIDTH = 24;
    private static final Pattern LINK = Pattern.compile("/d/([a-z-]+)\\?var-([a-z]+)=");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{?([a-z_]+)");

    static List<Path> files() {
        return GrafanaDashboards.files();
    }

    @Test
    void thereIsOneForTheFleetOneForAQueueAndOneForAWorker() {
        assertThat(files()).extracting(file -> file.getFileName().toString())
                .containsExactly("fleet.json", "queue.json", "worker.json");
        assertThat(uids()).containsExactlyInAnyOrder("headrace", "headrace-queue", "headrace-worker");
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyPanelSaysWhatItShowsAndInWhichUnit(Path file) {
        for (JsonNode panel : GrafanaDashboards.panels(GrafanaDashboards.read(file))) {
            assertThat(panel.path("title").asText()).isNotBlank();
            assertThat(panel.path("description").asText()).as("description of %s", panel.get("title")).endsWith(".");
            assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as("unit of %s", panel.get("title"))
                    .isNotBlank();
            assertThat(panel.get("targets")).as("queries of %s", panel.get("title")).isNotEmpty();
            assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void noTwoPanelsShareAnIdOrAPlace(Path file) {
        Set<Integer> ids = new TreeSet<>();
        Set<List<Integer>> cells = new HashSet<>();
        for (JsonNode panel : GrafanaDashboards.read(file).get("panels")) {
            assertThat(ids.add(panel.get("id").intValue())).as("id of %s", panel.get("title")).isTrue();
            JsonNode at = panel.get("gridPos");
            int right = at.get("x").intValue() + at.get("w").intValue();
            assertThat(right).as("right edge of %s", panel.get("title")).isLessThanOrEqualTo(WIDTH);
            for (int x = at.get("x").intValue(); x < right; x++) {
                for (int y = at.get("y").intValue(); y < at.get("y").intValue() + at.get("h").intValue(); y++) {
                    assertThat(cells.add(List.of(x, y))).as("place of %s", panel.get("title")).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyVariableThatAQueryNamesIsThere(Path file) {
        JsonNode dashboard = GrafanaDashboards.read(file);
        Set<String> known = new TreeSet<>(dashboard.at("/templating/list").findValuesAsText("name"));
        known.add("__rate_interval");
        for (String expression : dashboard.findValuesAsText("expr")) {
            assertThat(known).as(expression).containsAll(
                    VARIABLE.matcher(expression).results().map(match -> match.group(1)).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyLinkLeadsToADashboardThatKnowsTheVariable(Path file) {
        JsonNode dashboard = GrafanaDashboards.read(file);
        assertThat(dashboard.at("/links/0/tags/0").asText()).isEqualTo("headrace");
        assertThat(dashboard.at("/tags/0").asText()).isEqualTo("headrace");
        List<MatchResult> links = new ArrayList<>();
        dashboard.findValuesAsText("url").forEach(url -> links.addAll(LINK.matcher(url).results().toList()));
        for (MatchResult link : links) {
            JsonNode target = files().stream().map(GrafanaDashboards::read)
                    .filter(each -> each.get("uid").asText().equals(link.group(1))).findFirst().orElseThrow();
            assertThat(target.at("/templating/list").findValuesAsText("name")).contains(link.group(2));
        }
    }

    @Test
    void theHistogramsOfAttemptsShowExemplars() {
        Set<String> shown = new TreeSet<>();
        for (Path file : files()) {
            GrafanaDashboards.read(file).findParents("expr").stream()
                    .filter(target -> target.path("exemplar").asBoolean())
                    .forEach(target -> shown.addAll(Pattern.compile("headrace_[a-z_]+_bucket")
                            .matcher(target.get("expr").asText()).results().map(MatchResult::group).toList()));
        }
        assertThat(shown).containsExactlyInAnyOrder("headrace_attempt_duration_seconds_bucket",
                "headrace_queue_wait_seconds_bucket");
    }

    private static Set<String> uids() {
        return files().stream().map(file -> GrafanaDashboards.read(file).get("uid").asText())
                .collect(Collectors.toSet());
    }
}
