package io.headrace.cli.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import io.headrace.format.JsonFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The dashboards for Grafana, as files and as what they ask Prometheus for. */
final class GrafanaDashboards {
    static final Path FOLDER = Path.of("..", "deploy", "grafana", "dashboards");

    private GrafanaDashboards() {}

    /** One query of a panel. */
    record Target(String dashboard, String panel, String expression) {
        /** The expression as Grafana sends it, with everything chosen. */
        String filledIn(String queue, String rateInterval) {
            return expression.replace("$__rate_interval", rateInterval).replace("=\"$queue\"", "=\"" + queue + "\"")
                    .replace("$queue", ".*").replace("$instance", ".*");
        }

        @Override
        public String toString() {
            return dashboard + ", " + panel + ": " + expression;
        }
    }

    static List<Path> files() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonNode read(Path file) {
        try {
            return JsonFormat.mapper().readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + file, e);
        }
    }

    /** The panels of a dashboard that show something, rows left out. */
    static List<JsonNode> panels(JsonNode dashboard) {
        List<JsonNode> panels = new ArrayList<>();
        dashboard.get("panels").forEach(panel -> {
            if (!panel.get("type").asText().equals("row")) {
                panels.add(panel);
            }
        });
        return panels;
    }

    /** Every query of every panel. */
    static List<Target> targets() {
        List<Target> targets = new ArrayList<>();
        for (Path file : files()) {
            for (JsonNode panel : panels(read(file))) {
                panel.get("targets").forEach(target -> targets.add(new Target(file.getFileName().toString(),
                        panel.get("title").asText(), target.get("expr").asText())));
            }
        }
        return targets;
    }
}
