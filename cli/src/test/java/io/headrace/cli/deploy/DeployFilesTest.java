package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.headrace.Durations;
import io.headrace.cli.pages.DocBlocksTest;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.cli.terminal.ExitCode;
import io.headrace.config.Meter;
import io.headrace.config.Setting;
import io.headrace.format.JsonFormat;
import io.headrace.worker.WorkerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keeps the files under {@code deploy/} true to the names and times that the code uses. */
class DeployFilesTest {
    private static final Path DEPLOY = Path.of("..", "deploy");

    private static final String API_UNIT = "systemd/headrace-api.service";
    private static final String WORKER_UNIT = "systemd/headrace-worker@.service";
    private static final Pattern VARIABLE = Pattern.compile("HEADRACE_[A-Z0-9_]+");
    private static final Pattern METRIC = Pattern.compile("(?<![a-z_:])(headrace_[a-z_]++)(?!:)(?:\\{([^}]*)})?");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+) *(?:=|!=|=~|!~) *\"");

    /** Metric names as they are scraped, each with its meter. */
    private static final Map<String, Meter> SCRAPED = Arrays.stream(Meter.values())
            .flatMap(meter -> scraped(meter).map(name -> Map.entry(name, meter)))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

    @ParameterizedTest
    @ValueSource(strings = {"grafana/dashboards/fleet.json", "grafana/dashboards/queue.json",
        "grafana/dashboards/worker.json", "prometheus/alerts.yml",
        "prometheus/alerts-test.yml", "kubernetes/components/keda-prometheus/scaledobject.yaml"})
    void everyMetricNamedIsOneWeExportWithTheLabelsItHas(String file) throws IOException {
        List<String> wrong = new ArrayList<>();
        for (String expression : expressions(file)) {
            for (MatchResult use : METRIC.matcher(expression).results().toList()) {
                Meter meter = SCRAPED.get(use.group(1));
                if (meter == null) {
                    wrong.add("no meter is scraped as " + use.group(1));
                } else {
                    labels(use.group(2)).filter(label -> !known(meter, label))
                            .forEach(label -> wrong.add(use.group(1) + " has no label " + label));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theDashboardsShowEveryMeter() {
        Set<Meter> shown = GrafanaDashboards.targets().stream()
                .flatMap(target -> METRIC.matcher(target.expression()).results())
                .map(use -> SCRAPED.get(use.group(1)))
                .collect(Collectors.toSet());
        assertThat(shown).contains(Meter.values());
    }

    @Test
    void everyVariableInTheDeployFilesIsASetting() throws IOException {
        Set<String> known = EffectiveSettings.BY_ROLE.values().stream()
                .flatMap(List::stream)
                .map(Setting::variable)
                .collect(Collectors.toCollection(TreeSet::new));
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            Set<String> used = files.filter(Files::isRegularFile)
                    .map(DeployFilesTest::read)
                    .flatMap(text -> VARIABLE.matcher(text).results().map(MatchResult::group))
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(used).isNotEmpty();
            assertThat(known).containsAll(used);
        }
    }

    @Test
    void nothingKillsAWorkerBeforeItsGraceIsOver() throws IOException {
        String compose = read("compose.yaml");
        Duration grace = duration(compose, "HEADRACE_WORKER_GRACE: ([0-9a-z]+)");
        assertThat(duration(compose.substring(compose.indexOf("  worker:")), "stop_grace_period: ([0-9a-z]+)"))
                .isGreaterThan(grace.plusSeconds(8));

        String unit = read(WORKER_UNIT);
        assertThat(duration(unit, "(?m)^TimeoutStopSec=([0-9]+)$", seconds -> seconds + "s"))
                .isGreaterThan(WorkerSettings.GRACE.fallbackValue().plusSeconds(8));
        assertThat(unit).contains("KillMode=mixed");
    }

    @Test
    void composeShowsTheDashboardsAndReadsTheRulesThatThereAre() throws IOException {
        assertThat(read("compose.yaml")).contains("/etc/grafana/dashboards/fleet.json", "exemplar-storage");
        assertThat(read("prometheus/prometheus.yml")).contains("- alerts.yml", "targets: [alertmanager:9093]");
    }

    @Test
    void theImageRunsJavaUnderAnInitAndNotAShellThatWouldKeepTheSignals() throws IOException {
        String dockerfile = read("Dockerfile");
        assertThat(dockerfile)
                .containsPattern(
                        "(?m)^ENTRYPOINT \\[\"tini\", \"-s\", \"--\", \"java\",.*\"-jar\","
                                + " \"/opt/headrace/headrace.jar\"]$")
                .containsPattern("(?m)^RUN .*apt-get install .*tini")
                .containsPattern("(?m)^USER [1-9][0-9]+:[1-9][0-9]+$")
                .contains("COPY --from=build /src/cli/target/headrace.jar /opt/headrace/headrace.jar");
    }

    @Test
    void nothingTakesTheInitAwayFromTheImage() throws IOException {
        assertThat(read("compose.yaml")).doesNotContain("entrypoint:");
        assertThat(read("kubernetes/base/worker-deployment.yaml")).doesNotContain("command:");
    }

    @Test
    void imageAndUnitsSayThatTextIsUtf8() throws IOException {
        assertThat(read("Dockerfile")).containsPattern("(?m)^ENV LC_ALL=C.UTF-8$");
        assertThat(List.of(API_UNIT, WORKER_UNIT))
                .allSatisfy(unit -> assertThat(read(unit)).containsPattern("(?m)^Environment=LC_ALL=C.UTF-8$"));
    }

    @Test
    void aWorkerIsNotGivenTheKeysOfTheApi() throws IOException {
        assertThat(read(API_UNIT)).contains("EnvironmentFile=/etc/headrace/api.env\n");
        assertThat(read(WORKER_UNIT)).contains("EnvironmentFile=/etc/headrace/worker.env\n")
                .doesNotContain("api.env");
        assertThat(read("kubernetes/base/worker-deployment.yaml")).doesNotContain("HEADRACE_API_KEY", "api-keys");
        String compose = read("compose.yaml");
        assertThat(compose.substring(compose.indexOf("\n  worker:"), compose.indexOf("\n  prometheus:")))
                .doesNotContain("HEADRACE_API_KEY");
    }

    /** Without a limit each JVM would take its share of the whole machine. */
    @Test
    void everyServiceOfComposeHasALimitOfMemoryIntoWhichAFullHeapFits() throws IOException {
        JsonNode services = new YAMLMapper().readTree(read("compose.yaml")).get("services");
        services.properties().forEach(service -> {
            MemoryLimit limit = MemoryLimit.of(service.getValue().at("/deploy/resources/limits/memory").asText());
            assertThat(limit.bytes()).as(service.getKey()).isPositive();
            if (service.getValue().path("image").asText("headrace").equals("headrace")) {
                assertThat(limit.holdsAFullHeap()).as(service.getKey()).isTrue();
            }
        });
    }

    @Test
    void redisMayUseItsMaxmemoryTwiceWhileItRewritesItsLog() throws IOException {
        JsonNode redis = new YAMLMapper().readTree(read("compose.yaml")).at("/services/redis/deploy/resources/limits");
        assertThat(read("redis/redis.conf")).contains("\nmaxmemory 1gb\n");
        assertThat(MemoryLimit.of(redis.get("memory").asText()).bytes()).isGreaterThan(MemoryLimit.of("2G").bytes());
    }

    @Test
    void unitsHaveALimitOfMemoryIntoWhichAFullHeapFits() {
        assertThat(List.of(API_UNIT, WORKER_UNIT)).allSatisfy(unit -> {
            Matcher limit = Pattern.compile("(?m)^MemoryMax=(.*)$").matcher(read(unit));
            assertThat(limit.find()).isTrue();
            assertThat(MemoryLimit.of(limit.group(1)).holdsAFullHeap()).isTrue();
        });
    }

    @Test
    void theHeapIsTheSameShareOfTheLimitEverywhere() {
        assertThat(List.of(API_UNIT, WORKER_UNIT, "Dockerfile")).allSatisfy(
                file -> assertThat(Pattern.compile("MaxRAMPercentage=([0-9]+)").matcher(read(file)).results()
                        .map(use -> use.group(1))).containsExactly("" + MemoryLimit.HEAP));
    }

    /** Such a process would end again and again in the same way. */
    @Test
    void unitsDoNotStartAgainWhatEndedForAWrongSetting() {
        assertThat(List.of(API_UNIT, WORKER_UNIT))
                .allSatisfy(unit -> assertThat(read(unit).lines()).contains("Restart=always",
                        "RestartPreventExitStatus=" + ExitCode.USAGE));
    }

    @Test
    void whatThePageQuotesOfTheUnitsStandsInThem() {
        String units = read(API_UNIT) + read(WORKER_UNIT);
        assertThat(DocBlocksTest.blocks().filter(block -> block.language().equals("ini"))).isNotEmpty()
                .allSatisfy(block -> assertThat(units).contains(block.text()));
    }

    /** An api that others can reach refuses to start with any of them. */
    @Test
    void noExampleHoldsASecretThatIsRefused() throws IOException {
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            assertThat(files.filter(Files::isRegularFile)).allSatisfy(
                    file -> assertThat(read(file)).doesNotContain("change-me", "changeme", "open-sesame"));
        }
        assertThat(Files.readString(Path.of("../docs/operations/deploying.md"))).doesNotContain("change-me");
    }

    @Test
    void theImageUsesTheCacheOfClassesThatItWrites() throws IOException {
        assertThat(read("Dockerfile"))
                .containsPattern("(?m)^RUN /opt/headrace/headrace archive && test -s /opt/headrace/headrace.aot$")
                .containsPattern("(?m)^ENTRYPOINT .*\"-XX:AOTCache=/opt/headrace/headrace.aot\"");
    }

    /** What Prometheus evaluates: the targets and variables of a dashboard, or a whole rule file. */
    private static List<String> expressions(String file) throws IOException {
        if (!file.endsWith(".json")) {
            return List.of(read(file));
        }
        JsonNode dashboard = JsonFormat.mapper().readTree(read(file));
        return Stream.concat(dashboard.findValuesAsText("expr").stream(),
                dashboard.findValuesAsText("definition").stream()).toList();
    }

    private static Stream<String> scraped(Meter meter) {
        String name = meter.exported();
        return meter.kind() == Meter.Kind.HISTOGRAM ? Stream.of(name + "_bucket", name + "_sum", name + "_count")
                : Stream.of(name);
    }

    private static Stream<String> labels(@Nullable String selector) {
        return selector == null ? Stream.empty() : LABEL.matcher(selector).results().map(match -> match.group(1));
    }

    /** Its own labels, those that a histogram and those that a scrape add. */
    private static boolean known(Meter meter, String label) {
        return meter.tags().contains(label) || Set.of("job", "instance").contains(label)
                || (meter.kind() == Meter.Kind.HISTOGRAM && label.equals("le"));
    }

    private static Duration duration(String text, String pattern) {
        return duration(text, pattern, Function.identity());
    }

    private static Duration duration(String text, String pattern, Function<String, String> asWritten) {
        var matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return Durations.parse(pattern, asWritten.apply(matcher.group(1)));
    }

    private static String read(String file) {
        return read(DEPLOY.resolve(file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
