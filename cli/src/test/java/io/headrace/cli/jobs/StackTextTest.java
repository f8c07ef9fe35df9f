package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StackTextTest {
    private static String frames(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\tat a.B.c" + i + "(B.java:" + i + ")\n")
                .collect(Collectors.joining());
    }

    @Test
    void aShortStackIsShownWhole() {
        String stack = "java.io.IOException: no\n" + frames(20);
        assertThat(StackText.shortened(stack)).isEqualTo(stack.lines().toList());
    }

    @Test
    void ofALongStackTheFirstFramesStayAndEveryCause() {
        List<String> shown = StackText.shortened("java.io.IOException: no\n" + frames(100) + "\t... 3 more\n"
                + "Caused by: java.net.ConnectException: refused\n" + frames(40)
                + "\tSuppressed: java.lang.Error\n" + frames(2));
        assertThat(shown).hasSize(1 + 8 + 1 + 1 + 3 + 1 + 1 + 2);
        assertThat(shown.get(9)).isEqualTo("\t… 93 more");
        assertThat(shown.get(10)).startsWith("Caused by: ");
        assertThat(shown.get(14)).isEqualTo("\t… 37 more");
        assertThat(shown.get(15)).contains("Suppressed");
    }

    @Test
    void ofATextWithoutFramesTheEndSaysMost() {
        String output = IntStream.rangeClosed(1, 100).mapToObj(i -> "line " + i).collect(Collectors.joining("\n"));
        assertThat(StackText.shortened(output)).hasSize(21).startsWith("line 1").contains("… 80 lines")
                .endsWith("line 100");
    }
}
