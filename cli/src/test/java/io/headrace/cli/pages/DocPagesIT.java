package io.headrace.cli.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.pages.DocPage.Block;
import io.headrace.cli.pages.ShellCommands.ShellStep;
import io.headrace.cli.system.OnPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Does what README and the pages under {@code docs} say, as their readers do, and gets what they show. */
final class DocPagesIT {
    private static final Pattern CLASS = Pattern.compile("(?m)^public final class (\\w+)");

    @TempDir
    private Path scratch;

    static List<DocPage> pages() {
        return DocPage.all().stream().filter(page -> page.blocks().stream().anyMatch(DocPagesIT::isShell)).toList();
    }

    private static boolean isShell(Block block) {
        return block.isRun() && List.of("sh", "bash", "console").contains(block.language());
    }

    @ParameterizedTest
    @MethodSource("pages")
    void whatAPageSaysCanBeDoneInItsOrderAndAnswersWhatItShows(DocPage page) throws Exception {
        for (String program : List.of("curl", "jq", "openssl")) {
            OnPath.require(program, program);
        }
        OnPath.require("redis-server", "redis-server");
        OnPath.require("redis-cli", "redis-tools");
        List<String> wrong = new ArrayList<>();
        try (PageShell shell = new PageShell(scratch)) {
            for (Block block : page.blocks()) {
                follow(block, shell, wrong);
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void follow(Block block, PageShell shell, List<String> wrong) throws Exception {
        if (block.language().equals("java")) {
            keep(block, shell.folder());
        } else if (isShell(block) || block.language().equals(DocPage.FIRST)) {
            for (ShellStep step : block.language().equals("console")
                    ? ShellCommands.ofConsole(block.text())
                    : ShellCommands.ofScript(block.text())) {
                try {
                    String difference = follow(step, shell);
                    if (!difference.isEmpty()) {
                        wrong.add(block + " $ " + step.command() + "\n" + difference);
                    }
                } catch (AssertionError e) {
                    wrong.add(block + " " + e.getMessage());
                }
            }
        }
    }

    /** What does not fit of what is shown; empty when all does. */
    private static String follow(ShellStep step, PageShell shell) throws IOException {
        if (step.isServer()) {
            shell.serve(step.command());
            return "";
        }
        String came = shell.run(step.command());
        return step.output().isEmpty() ? "" : ShownOutput.difference(step.output(), came);
    }

    /** A whole class is one that the reader saves under its name. */
    private static void keep(Block block, Path folder) throws IOException {
        Matcher named = CLASS.matcher(block.text());
        if (named.find()) {
            Files.writeString(folder.resolve(named.group(1) + ".java"), block.text());
        }
    }
}
