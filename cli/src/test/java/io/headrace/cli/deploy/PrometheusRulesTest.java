package io.headrace.cli.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.headrace.cli.system.OnPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The rules for Prometheus, checked and tested by promtool, and what people are told about them. */
class PrometheusRulesTest {
    private static final Path FOLDER = Path.of("..", "deploy", "prometheus");
    private static final Path PAGE = Path.of("..", "docs", "operations", "alerts.md");

    @Test
    void promtoolAcceptsTheConfigurationAndTheRules() throws Exception {
        promtool("check", "config", "prometheus.yml");
        promtool("check", "rules", "alerts.yml");
    }

    @Test
    void everyAlertFiresAndStaysSilentAsItsTestsSay() throws Exception {
        promtool("test", "rules", "alerts-test.yml");
    }

    @Test
    void everyAlertHasATestInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
        Set<String> fires = new TreeSet<>();
        Set<String> silent = new TreeSet<>();
        for (JsonNode check : read("alerts-test.yml").findValues("alert_rule_test")) {
            check.forEach(one -> (one.get("exp_alerts").isEmpty() ? silent : fires)
                    .add(one.get("alertname").asText()));
        }
        assertThat(alerts()).extracting(alert -> alert.get("alert").asText()).hasSizeGreaterThan(15)
                .allSatisfy(name -> {
                    assertThat(fires).contains(name);
                    assertThat(silent).contains(name);
                });
    }

    @Test
    void everyAlertSaysHowBadItIsAndWhereToReadOn() throws IOException {
        String page = Files.readString(PAGE);
        for (JsonNode alert : alerts()) {
            String name = alert.get("alert").asText();
            assertThat(alert.at("/labels/severity").asText()).as(name).isIn("critical", "warning");
            assertThat(alert.get("for").asText()).as(name).matches("[0-9]+m");
            assertThat(alert.at("/annotations/summary").asText()).as(name).isNotBlank();
            assertThat(alert.at("/annotations/runbook_url").asText())
                    .isEqualTo("https://headrace.example/docs/operations/alerts.md#" + name.toLowerCase(Locale.ROOT));
            assertThat(page).contains("\n### " + name + "\n");
            String section = page.substring(page.indexOf("\n### " + name + "\n") + 1).split("\n##+ ", -1)[0];
            assertThat(section).as(name).contains("**Severity** " + alert.at("/labels/severity").asText(),
                    "**Means**", "**Look**", "**Do**");
        }
        assertThat(page.lines().filter(line -> line.startsWith("### "))).hasSameSizeAs(alerts());
    }

    @Test
    void everyRecordedFigureIsReadByAnAlertThatComesAfterIt() throws IOException {
        List<JsonNode> rules = rules();
        for (int i = 0; i < rules.size(); i++) {
            if (rules.get(i).has("record")) {
                String name = rules.get(i).get("record").asText();
                assertThat(rules.subList(i, rules.size())).filteredOn(rule -> rule.has("alert"))
                        .anySatisfy(alert -> assertThat(alert.get("expr").asText()).contains(name));
            }
        }
    }

    @Test
    void theExampleForAlertmanagerKnowsTheAlertsAndItsReceivers() throws IOException {
        JsonNode example = read("alertmanager.yml");
        Set<String> alerts = new TreeSet<>();
        alerts().forEach(alert -> alerts.add(alert.get("alert").asText()));
        Set<String> named = new TreeSet<>();
        for (String kind : List.of("source_matchers", "target_matchers")) {
            example.get("inhibit_rules").findValues(kind).forEach(matchers -> matchers.forEach(matcher -> {
                assertThat(matcher.asText()).matches("[a-z]+=~?\"[^\"]+\"");
                if (matcher.asText().startsWith("alertname=")) {
                    named.addAll(List.of(matcher.asText().replaceAll("alertname=~?|\"", "").split("\\|", -1)));
                }
            }));
        }
        assertThat(named).hasSizeGreaterThan(8).isSubsetOf(alerts);
        assertThat(example.findValuesAsText("receiver")).containsExactlyInAnyOrderElementsOf(
                example.get("receivers").findValuesAsText("name"));
        assertThat(example.at("/route/routes/0/matchers/0").asText()).isEqualTo("severity=\"critical\"");
    }

    private static void promtool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(OnPath.require("promtool", "prometheus").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).directory(FOLDER.toFile()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static List<JsonNode> alerts() throws IOException {
        List<JsonNode> alerts = new ArrayList<>();
        rules().stream().filter(rule -> rule.has("alert")).forEach(alerts::add);
        return alerts;
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        read("alerts.yml").get("groups").forEach(group -> group.get("rules").forEach(rules::add));
        return rules;
    }

    private static JsonNode read(String file) throws IOException {
        return new YAMLMapper().readTree(Files.readString(FOLDER.resolve(file)));
    }
}
