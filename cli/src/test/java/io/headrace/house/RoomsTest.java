package io.headrace.house;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.house.Sources.Source;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * How large things may be. What outgrows its bound is two things: find the seam, do not raise the bound.
 */
final class RoomsTest {
    private static final int FILES_OF_A_PACKAGE = 30;
    private static final int LINES_OF_A_CLASS = 400;
    private static final int LINES_OF_A_SCRIPT = 150;
    private static final int COLUMNS = 120;
    /** What users name: they look these up by name and find them in one place. */
    private static final Path PUBLIC_VALUES = Path.of("core/src/main/java/io/headrace");

    @Test
    void aPackageHoldsThirtyFilesAtMost() {
        Map<Path, Integer> tooLarge = new TreeMap<>();
        Sources.rooms().forEach((folder, types) -> {
            if (types.size() > FILES_OF_A_PACKAGE && !folder.equals(PUBLIC_VALUES)) {
                tooLarge.put(folder, types.size());
            }
        });
        assertThat(tooLarge).isEmpty();
    }

    @Test
    void everyPackageSaysWhatLivesThereAndWhoMayCallIt() {
        Set<Path> silent = Sources.rooms().keySet().stream()
                .filter(it -> it.toString().contains("src/main/java/io/headrace")).collect(toCollection(TreeSet::new));
        Sources.ending("package-info.java").stream().filter(RoomsTest::hasTwoSentences)
                .forEach(it -> silent.remove(it.path().getParent()));
        assertThat(silent).isEmpty();
    }

    private static boolean hasTwoSentences(Source packageInfo) {
        String text = String.join(" ", packageInfo.lines());
        String comment = text.substring(0, Math.max(0, text.indexOf("*/")));
        return Pattern.compile("\\.\\s").matcher(comment).results().count() >= 2;
    }

    @Test
    void aClassHasFourHundredLinesAtMost() {
        assertThat(longerThan(LINES_OF_A_CLASS, ".java")).isEmpty();
    }

    @Test
    void aScriptHasAHundredAndFiftyLinesAtMost() {
        assertThat(longerThan(LINES_OF_A_SCRIPT, ".lua")).isEmpty();
    }

    private static List<String> longerThan(int lines, String ending) {
        return Sources.ending(ending).stream().filter(it -> it.lines().size() > lines)
                .map(it -> it.path() + ": " + it.lines().size()).toList();
    }

    @Test
    void aLineOfCodeHasAHundredAndTwentyColumnsAtMost() {
        List<String> wide = new ArrayList<>();
        for (String ending : List.of(".java", ".lua")) {
            Sources.ending(ending).forEach(it -> wide.addAll(wideLines(it)));
        }
        assertThat(wide).isEmpty();
    }

    /** Tables, links, commands and what a page shows of a terminal cannot be broken. */
    @Test
    void proseOfThePagesHasAHundredAndTwentyColumnsAtMost() {
        List<String> wide = new ArrayList<>();
        for (Source page : Sources.ending(".md")) {
            boolean code = false;
            boolean comment = false;
            for (int i = 0; i < page.lines().size(); i++) {
                String line = page.lines().get(i);
                code ^= line.strip().startsWith("```");
                comment = (comment || line.strip().startsWith("<!--")) && !line.contains("-->");
                if (!code && !comment && isWide(line) && !line.strip().startsWith("|") && line.strip().contains(" ")
                        && !line.strip().startsWith("<")) {
                    wide.add(page.path() + ":" + (i + 1));
                }
            }
        }
        assertThat(wide).isEmpty();
    }

    private static List<String> wideLines(Source source) {
        List<String> wide = new ArrayList<>();
        for (int i = 0; i < source.lines().size(); i++) {
            if (isWide(source.lines().get(i))) {
                wide.add(source.path() + ":" + (i + 1));
            }
        }
        return wide;
    }

    private static boolean isWide(String line) {
        return line.codePointCount(0, line.length()) > COLUMNS;
    }

    @Test
    void aNameStandsForOneThing() {
        Map<String, List<Path>> byName = new HashMap<>();
        Sources.types().forEach(it -> byName.computeIfAbsent(it.simpleName(), any -> new ArrayList<>()).add(it.path()));
        byName.values().removeIf(it -> it.size() == 1);
        assertThat(byName).isEmpty();
    }
}
