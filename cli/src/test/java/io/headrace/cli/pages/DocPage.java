package io.headrace.cli.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation as its reader meets it: its blocks of code, in order. Two comments of the page speak to
 * the tests: {@code <!-- first: COMMANDS -->} is what readers of the page have done before, and {@code <!-- not run:
 * REASON -->} right before a block excuses it.
 *
 * @param name its path from the root of the repository
 */
public record DocPage(String name, List<Block> blocks) {
    private static final Path ROOT = Path.of("..");
    private static final Pattern FENCE = Pattern.compile("( *)```(.*)");
    private static final Pattern COMMENT = Pattern.compile("<!-- *(first|not run): *(.*?) *-->", Pattern.DOTALL);

    /** The language of what a comment says that readers have done before. */
    public static final String FIRST = "first";

    /**
     * One block.
     *
     * @param page the name of its page
     * @param line where its fence stands, counted from 1
     * @param language as the fence names it; empty where it does not
     * @param excuse why it is not run; empty when it is
     */
    public record Block(String page, int line, String language, String text, String excuse) {
        boolean isRun() {
            return excuse.isEmpty();
        }

        @Override
        public String toString() {
            return page + ":" + line + " (" + language + ")";
        }
    }

    /** README.md, CONTRIBUTING.md and every page under {@code docs}. */
    public static List<DocPage> all() {
        try (Stream<Path> below = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(Stream.of(ROOT.resolve("README.md"), ROOT.resolve("CONTRIBUTING.md")), below.sorted())
                    .filter(file -> file.toString().endsWith(".md")).map(DocPage::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static DocPage read(Path file) {
        try {
            String name = ROOT.relativize(file).toString();
            return new DocPage(name, blocks(name, Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Block> blocks(String page, String text) {
        List<String> lines = text.lines().toList();
        List<Block> blocks = new ArrayList<>();
        String excuse = "";
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (fence.matches()) {
                int end = closing(lines, i, fence.group(1));
                blocks.add(new Block(page, i + 1, fence.group(2).strip(),
                        inside(lines.subList(i + 1, end), fence.group(1)), excuse));
                i = end;
                excuse = "";
            } else if (lines.get(i).strip().startsWith("<!--")) {
                int start = i;
                while (!lines.get(i).contains("-->")) {
                    i++;
                }
                Matcher said = COMMENT.matcher(String.join("\n", lines.subList(start, i + 1)));
                if (said.find() && said.group(1).equals(FIRST)) {
                    blocks.add(new Block(page, start + 1, FIRST, said.group(2) + "\n", ""));
                } else if (said.reset().find()) {
                    excuse = said.group(2);
                }
            } else if (!lines.get(i).isBlank()) {
                excuse = "";
            }
        }
        return blocks;
    }

    private static int closing(List<String> lines, int opening, String indent) {
        for (int i = opening + 1; i < lines.size(); i++) {
            if (lines.get(i).stripTrailing().equals(indent + "```")) {
                return i;
            }
        }
        throw new IllegalArgumentException("line " + (opening + 1) + ": the block never ends");
    }

    private static String inside(List<String> lines, String indent) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line.startsWith(indent) ? line.substring(indent.length()) : line)
                .append('\n'));
        return text.toString();
    }
}
