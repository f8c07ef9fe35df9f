package io.headrace.cli.terminal;

/** The few colours that results use, only on a terminal. */
public enum Colour {
    PLAIN(""), BOLD("1"), RED("31"), GREEN("32"), YELLOW("33"), BLUE("34"), CYAN("36"), GREY("90"),
    /** Foreground and background exchanged. */
    INVERSE("7");

    private final String code;

    Colour(String code) {
        this.code = code;
    }

    public static Colour ofState(String state) {
        return switch (state) {
            case "dead" -> RED;
            case "succeeded" -> GREEN;
            case "retrying", "parked" -> YELLOW;
            case "running" -> BLUE;
            case "cancelled", "expired" -> GREY;
            default -> PLAIN;
        };
    }

    /** The text in this colour. */
    public String on(String text) {
        return this == PLAIN ? text : "\033[" + code + "m" + text + "\033[0m";
    }
}
