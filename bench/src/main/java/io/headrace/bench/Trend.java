package io.headrace.bench;

import java.util.List;

/**
 * A straight line laid through a series by least squares.
 *
 * @param level the mean of the series
 * @param perHour how much it rises in an hour
 * @param error the standard error of that, with what neighbouring samples have in common taken into account
 */
record Trend(double level, double perHour, double error) {
    /** So many standard errors from level are no accident. */
    private static final double SURE = 3;
    /** A rise in an hour that is told as one: this share of the level. */
    private static final double WORTH_TELLING = 0.01;
    private static final double SECONDS_IN_HOUR = 3600;

    /** @param seconds when each value was sampled */
    static Trend of(List<Double> seconds, List<Double> values) {
        int n = values.size();
        double meanX = mean(seconds);
        double meanY = mean(values);
        double sxx = 0;
        double sxy = 0;
        for (int i = 0; i < n; i++) {
            double dx = seconds.get(i) - meanX;
            sxx += dx * dx;
            sxy += dx * (values.get(i) - meanY);
        }
        double slope = sxx == 0 ? 0 : sxy / sxx;
        double[] residuals = new double[n];
        for (int i = 0; i < n; i++) {
            residuals[i] = values.get(i) - meanY - slope * (seconds.get(i) - meanX);
        }
        double error = n < 3 || sxx == 0 ? Double.NaN : Math.sqrt(variance(residuals) / sxx);
        return new Trend(meanY, slope * SECONDS_IN_HOUR, error * SECONDS_IN_HOUR);
    }

    /**
     * The variance of the residuals, made larger by as much as they hang together: a saw-tooth sampled a hundred times
     * tells less than a hundred throws of dice.
     */
    private static double variance(double[] residuals) {
        double squares = 0;
        double neighbours = 0;
        for (int i = 0; i < residuals.length; i++) {
            squares += residuals[i] * residuals[i];
            neighbours += i == 0 ? 0 : residuals[i] * residuals[i - 1];
        }
        double alike = squares == 0 ? 0 : Math.min(0.99, Math.max(0, neighbours / squares));
        return squares / (residuals.length - 2) * (1 + alike) / (1 - alike);
    }

    private static double mean(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Whether it rises, surely and by more than nobody cares about. */
    boolean rises() {
        return perHour > SURE * error && perHour > WORTH_TELLING * Math.abs(level);
    }
}
