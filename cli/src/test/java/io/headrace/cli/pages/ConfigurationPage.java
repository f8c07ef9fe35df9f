package io.headrace.cli.pages;

import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.config.Setting;
import java.util.List;
import java.util.Map;

/** {@code docs/configuration.md}, made from the settings themselves. */
final class ConfigurationPage {
    private ConfigurationPage() {}

    static String text() {
        StringBuilder page = new StringBuilder(
                """
                        # Configuration

                        Every setting is an environment variable; a flag of the same meaning overrides it \
                        (`headrace worker --help`).
                        Every command refuses to start when a `HEADRACE_…` variable has a name that no setting has, \
                        and names the nearest one;
                        `dev`, `api` and `worker` also when one has a value that is not allowed. They log what holds \
                        once at their start,
                        without secrets.

                        Durations are `250ms`, `30s`, `10m`, `2h`, `7d` or ISO-8601.

                        This page is generated from the settings; `ConfigurationPageTest` says how when it is stale.
                        """);
        EffectiveSettings.BY_ROLE.forEach((role, settings) -> section(page, role, settings));
        return page.toString();
    }

    private static void section(StringBuilder page, String role, List<Setting<?>> settings) {
        page.append("\n## ").append(role).append("\n\n| Variable | Default | Allowed | Meaning |\n|---|---|---|---|\n");
        for (Setting<?> setting : settings) {
            page.append("| `").append(setting.variable()).append("` | ").append(shown(setting.fallback())).append(" | ")
                    .append(cell(setting.allowed())).append(" | ").append(cell(setting.help())).append(" |\n");
        }
    }

    private static String shown(String fallback) {
        return fallback.isEmpty() ? "none" : "`" + cell(fallback) + "`";
    }

    private static String cell(String text) {
        String cell = text;
        for (Map.Entry<String, String> escape : Map.of("|", "\\|", "<", "&lt;").entrySet()) {
            cell = cell.replace(escape.getKey(), escape.getValue());
        }
        return cell;
    }
}
