package io.headrace.cli.server;

import com.fasterxml.jackson.core.JsonGenerator;
import io.headrace.cli.client.JsonTree;
import io.headrace.cli.terminal.Colour;
import io.headrace.cli.terminal.Format;
import io.headrace.cli.terminal.Terminal;
import io.headrace.redis.doctor.Doctor;
import io.headrace.redis.doctor.Finding;
import io.headrace.redis.doctor.Finding.Level;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** All that the doctor found, as people and programs read it. */
final class Diagnosis {
    private static final int LEVEL_WIDTH = 9;
    private static final int CHECK_WIDTH = 13;
    private static final int INDENT = LEVEL_WIDTH + CHECK_WIDTH;

    private final List<Finding> findings;

    Diagnosis(List<Finding> findings) {
        this.findings = List.copyOf(findings);
    }

    /** How many things a repair would look at again. */
    long repairable() {
        return findings.stream().filter(finding -> finding.repair() != null).mapToLong(Finding::count).sum();
    }

    /** Whether no problem is left. */
    boolean wellAfter(List<Doctor.Repaired> repaired) {
        return left(Level.PROBLEM, repaired) == 0;
    }

    /** How many findings of a level were not repaired, or not in full. */
    private long left(Level level, List<Doctor.Repaired> repaired) {
        return findings.stream().filter(finding -> finding.level() == level)
                .filter(finding -> repaired.stream()
                        .noneMatch(done -> done.finding().equals(finding) && done.tried() == finding.count()))
                .count();
    }

    void print(Terminal terminal) {
        for (Finding finding : findings) {
            String level = finding.level().name().toLowerCase(Locale.ROOT);
            String padding = " ".repeat(LEVEL_WIDTH - level.length());
            String shown = terminal.colours() ? colour(finding.level()).on(level) : level;
            String queue = finding.queue() == null ? "" : "queue '" + finding.queue() + "': ";
            List<String> lines = new ArrayList<>(wrap(queue + finding.found(), "", terminal));
            finding.examples().forEach(example -> lines.addAll(wrap(example, "- ", terminal)));
            if (finding.count() > finding.examples().size() && !finding.examples().isEmpty()) {
                lines.add("- and " + (finding.count() - finding.examples().size()) + " more");
            }
            if (!finding.advice().isEmpty()) {
                lines.addAll(wrap(finding.advice(), "> ", terminal));
            }
            if (finding.repair() != null) {
                lines.addAll(wrap("--repair " + finding.repair(), "> ", terminal));
            }
            terminal.out().println(
                    shown + padding + String.format(Locale.ROOT, "%-" + CHECK_WIDTH + "s", finding.check())
                            + lines.get(0));
            lines.subList(1, lines.size()).forEach(line -> terminal.out().println(" ".repeat(INDENT) + line));
        }
    }

    private static Colour colour(Level level) {
        return switch (level) {
            case OK -> Colour.GREEN;
            case WARNING -> Colour.YELLOW;
            case PROBLEM -> Colour.RED;
        };
    }

    static void printRepaired(List<Doctor.Repaired> repaired, Terminal terminal) {
        for (Doctor.Repaired each : repaired) {
            Finding finding = each.finding();
            String queue = finding.queue() == null ? "" : "queue '" + finding.queue() + "': ";
            String gone = each.repaired() == each.tried() ? ""
                    : ", of " + each.tried() + "; the rest has changed since";
            List<String> lines = wrap(queue + finding.found() + " - repaired " + each.repaired() + gone, "", terminal);
            terminal.out().println(String.format(Locale.ROOT, "%-" + LEVEL_WIDTH + "s%-" + CHECK_WIDTH + "s%s",
                    "repaired", finding.check(), lines.get(0)));
            lines.subList(1, lines.size()).forEach(line -> terminal.out().println(" ".repeat(INDENT) + line));
        }
    }

    /** One line for the end. */
    String summary(List<Doctor.Repaired> repaired) {
        long problems = left(Level.PROBLEM, repaired);
        long warnings = left(Level.WARNING, repaired);
        String counts = problems + warnings == 0 ? "all is well"
                : (problems == 1 ? "1 problem, " : problems + " problems, ")
                        + (warnings == 1 ? "1 warning" : warnings + " warnings");
        if (!repaired.isEmpty()) {
            return "repaired " + repaired.stream().mapToLong(Doctor.Repaired::repaired).sum()
                    + (problems + warnings == 0 ? "; " : "; left: ") + counts;
        }
        return repairable() > 0 ? counts + "; nothing was changed, --repair mends what it can" : counts;
    }

    String json(List<Doctor.Repaired> repaired) {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = JsonTree.generator(text)) {
            g.writeStartObject();
            g.writeBooleanField("well", wellAfter(repaired));
            g.writeArrayFieldStart("findings");
            for (Finding finding : findings) {
                write(g, finding);
            }
            g.writeEndArray();
            g.writeArrayFieldStart("repaired");
            for (Doctor.Repaired each : repaired) {
                g.writeStartObject();
                g.writeStringField("check", each.finding().check());
                if (each.finding().queue() != null) {
                    g.writeStringField("queue", each.finding().queue());
                }
                g.writeStringField("found", each.finding().found());
                g.writeNumberField("tried", each.tried());
                g.writeNumberField("repaired", each.repaired());
                g.writeEndObject();
            }
            g.writeEndArray();
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator g, Finding finding) throws IOException {
        g.writeStartObject();
        g.writeStringField("level", finding.level().name().toLowerCase(Locale.ROOT));
        g.writeStringField("check", finding.check());
        if (finding.queue() != null) {
            g.writeStringField("queue", finding.queue());
        }
        g.writeStringField("found", finding.found());
        g.writeNumberField("count", finding.count());
        g.writeArrayFieldStart("examples");
        for (String example : finding.examples()) {
            g.writeString(example);
        }
        g.writeEndArray();
        g.writeStringField("advice", finding.advice());
        if (finding.repair() != null) {
            g.writeStringField("repair", finding.repair());
        }
        g.writeEndObject();
    }

    /**
     * Lines that fit beside the indent; a word longer than a line stays whole, because it is a name that people copy.
     */
    private static List<String> wrap(String text, String bullet, Terminal terminal) {
        return Format.wrapped(bullet + Format.plain(text), terminal.columns() - INDENT, bullet.length()).lines()
                .toList();
    }
}
