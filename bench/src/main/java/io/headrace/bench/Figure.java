package io.headrace.bench;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was measured: a line of the table.
 *
 * @param label what it is, in words that users know; at most {@value #LONGEST_LABEL} characters
 * @param unit of the values, such as {@code jobs/s}, {@code ms}, {@code bytes}; at most {@value #LONGEST_UNIT}
 *         characters
 * @param values one for each run, in order; NaN for a run in which it could not be told
 * @param ceiling the ceiling measured in the same runs, or null
 */
public record Figure(String label, String unit, List<Double> values, @Nullable Figure ceiling) {
    /** What the table has room for. */
    public static final int LONGEST_LABEL = 34;
    /** What the table has room for. */
    public static final int LONGEST_UNIT = 6;

    public Figure {
        values = List.copyOf(values);
        if (label.length() > LONGEST_LABEL || unit.length() > LONGEST_UNIT || values.isEmpty()) {
            throw new IllegalArgumentException("not a line of the table: " + label + " " + unit + " " + values);
        }
        if (ceiling != null && ceiling.values.size() != values.size()) {
            throw new IllegalArgumentException("not of the same runs: " + label + ", " + ceiling.label);
        }
    }

    /** A figure that has no ceiling, or is one. */
    public static Figure of(String label, String unit, List<Double> values) {
        return new Figure(label, unit, values, null);
    }

    /** A figure that needs one measurement only. */
    public static Figure of(String label, String unit, double value) {
        return of(label, unit, List.of(value));
    }

    /** The middle value of the runs. */
    public double median() {
        return median(values.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The smallest value of the runs. */
    public double min() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    /** The largest value of the runs. */
    public double max() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** The middle one of the shares of the ceiling that each run reached, 1 being all of it; NaN without a ceiling. */
    public double ofCeiling() {
        if (ceiling == null) {
            return Double.NaN;
        }
        double[] ratios = new double[values.size()];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = values.get(i) / ceiling.values.get(i);
        }
        return median(ratios);
    }

    private static double median(double[] numbers) {
        double[] sorted = numbers.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
