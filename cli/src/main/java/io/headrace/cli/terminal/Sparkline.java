package io.headrace.cli.terminal;

/** Small pictures made of characters. */
public final class Sparkline {
    private static final String HEIGHTS = "▁▂▃▄▅▆▇█";

    private Sparkline() {}

    /** A filled part of a whole: {@code [|||||     ]}, as wide as asked. Anything above nothing shows. */
    public static String filled(double part, int width) {
        int inner = Math.max(1, width - 2);
        double clean = Double.isFinite(part) ? Math.max(0, Math.min(1, part)) : 0;
        int full = (int) Math.round(clean * inner);
        if (full == 0 && clean > 0) {
            full = 1;
        } else if (full == inner && clean < 1) {
            full = inner - 1;
        }
        return "[" + "|".repeat(full) + " ".repeat(inner - full) + "]";
    }

    /** A curve, a character a value; the highest has full height, what is unknown is blank. */
    public static String curve(double[] values) {
        double top = 0;
        for (double value : values) {
            top = Double.isNaN(value) ? top : Math.max(top, value);
        }
        StringBuilder curve = new StringBuilder();
        for (double value : values) {
            if (Double.isNaN(value)) {
                curve.append(' ');
            } else {
                int height = top <= 0 ? 0 : (int) Math.round(value / top * (HEIGHTS.length() - 1));
                curve.append(HEIGHTS.charAt(Math.max(value > 0 ? 1 : 0, height)));
            }
        }
        return curve.toString();
    }
}
