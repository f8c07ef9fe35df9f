package io.headrace.cli.dashboard;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * Looks for what keeps people with a screen reader, without a mouse or with weak eyes from using a page: axe-core's
 * rules.
 */
final class Axe {
    /** WCAG 2.2 A and AA, and what is good practice beside. A line for each place that breaks a rule. */
    private static final String LOOK = """
            async () => {
                const { violations } = await axe.run(document, { resultTypes: ['violations'], runOnly: {
                    type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] } });
                return violations.flatMap(rule => rule.nodes.map(node =>
                    `${rule.id} (${rule.impact}): ${node.target.join(' ')} ${node.failureSummary} \
            ${node.html.slice(0, 200)}`));
            }
            """;

    private final String script;

    Axe() throws IOException {
        try (InputStream in = Axe.class.getResourceAsStream("/axe.min.js")) {
            script = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What is wrong with what the page shows now. */
    List<String> violations(Page page) {
        if (page.evaluate("typeof axe").equals("undefined")) {
            page.evaluate(script + ";0");
        }
        return ((List<?>) page.evaluate(LOOK)).stream().map(String::valueOf).toList();
    }
}
