package io.headrace.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that was measured, and under which conditions. Written by the measuring thread.
 *
 * @param conditions by name: versions, cores, sizes
 */
public record BenchReport(Map<String, Object> conditions, List<Section> sections) {
    private static final JsonFactory JSON = new JsonFactory();

    /**
     * What one scenario found.
     *
     * @param notes sentences: how it was measured, its warm-up, and what could not be measured here
     */
    public record Section(String scenario, String title, List<Figure> figures, List<String> notes) {
        Section(Scenario scenario) {
            this(scenario.name(), scenario.title(), new ArrayList<>(), new ArrayList<>());
        }
    }

    BenchReport() {
        this(new LinkedHashMap<>(), new ArrayList<>());
    }

    /** One document with every single run's figure. */
    public String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = JSON.createGenerator(text)) {
            g.setPrettyPrinter(new DefaultPrettyPrinter());
            g.writeStartObject();
            g.writeObjectFieldStart("conditions");
            for (Map.Entry<String, Object> condition : conditions.entrySet()) {
                g.writeFieldName(condition.getKey());
                g.writeObject(condition.getValue());
            }
            g.writeEndObject();
            g.writeArrayFieldStart("scenarios");
            for (Section section : sections) {
                write(g, section);
            }
            g.writeEndArray();
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static void write(JsonGenerator g, Section section) throws IOException {
        g.writeStartObject();
        g.writeStringField("name", section.scenario());
        g.writeStringField("title", section.title());
        g.writeArrayFieldStart("figures");
        for (Figure figure : section.figures()) {
            write(g, figure);
        }
        g.writeEndArray();
        g.writeArrayFieldStart("notes");
        for (String note : section.notes()) {
            g.writeString(note);
        }
        g.writeEndArray();
        g.writeEndObject();
    }

    private static void write(JsonGenerator g, Figure figure) throws IOException {
        g.writeStartObject();
        g.writeStringField("label", figure.label());
        g.writeStringField("unit", figure.unit());
        number(g, "median", figure.median());
        number(g, "min", figure.min());
        number(g, "max", figure.max());
        runs(g, figure);
        if (figure.ceiling() != null) {
            number(g, "ofCeiling", figure.ofCeiling());
            g.writeObjectFieldStart("ceiling");
            g.writeStringField("label", figure.ceiling().label());
            runs(g, figure.ceiling());
            g.writeEndObject();
        }
        g.writeEndObject();
    }

    private static void runs(JsonGenerator g, Figure figure) throws IOException {
        g.writeArrayFieldStart("runs");
        for (double value : figure.values()) {
            g.writeRawValue(number(value));
        }
        g.writeEndArray();
    }

    private static void number(JsonGenerator g, String name, double value) throws IOException {
        g.writeFieldName(name);
        g.writeRawValue(number(value));
    }

    /** Six digits say more than any run repeats; JSON knows no NaN. */
    private static String number(double value) {
        return Double.isFinite(value)
                ? new java.math.BigDecimal(value, new java.math.MathContext(6)).toPlainString()
                : "null";
    }
}
