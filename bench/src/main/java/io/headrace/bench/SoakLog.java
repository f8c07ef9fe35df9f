package io.headrace.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The samples of a soak: kept for its end, and written to a CSV file line by line as they come. */
final class SoakLog implements AutoCloseable {
    private static final MathContext DIGITS = new MathContext(10);

    private final BufferedWriter file;
    private final List<Double> seconds = new ArrayList<>();
    private final Map<String, List<Double>> columns = new LinkedHashMap<>();

    /** @throws IOException when the file cannot be written */
    SoakLog(Path path) throws IOException {
        this.file = Files.newBufferedWriter(path);
    }

    void add(double second, Map<String, Double> sample) throws IOException {
        if (seconds.isEmpty()) {
            file.write("second," + String.join(",", sample.keySet()) + "\n");
        }
        seconds.add(second);
        sample.forEach((column, value) -> columns.computeIfAbsent(column, it -> new ArrayList<>()).add(value));
        file.write(cell(second) + "," + String.join(",", sample.values().stream().map(SoakLog::cell).toList()) + "\n");
        file.flush();
    }

    /** What is not known is left empty. */
    private static String cell(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).stripTrailingZeros().toPlainString() : "";
    }

    int size() {
        return seconds.size();
    }

    double second(int sample) {
        return seconds.get(sample);
    }

    double value(String column, int sample) {
        return column(column).get(sample);
    }

    double last(String column) {
        return value(column, size() - 1);
    }

    /** The trend of a column from a sample on. */
    Trend trend(String column, int from) {
        return Trend.of(seconds.subList(from, size()), column(column).subList(from, size()));
    }

    private List<Double> column(String name) {
        return columns.getOrDefault(name, List.of());
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
