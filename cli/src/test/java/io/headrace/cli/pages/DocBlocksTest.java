package io.headrace.cli.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.headrace.cli.Ran;
import io.headrace.cli.pages.DocPage.Block;
import io.headrace.format.JsonFormat;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.xml.sax.InputSource;

/**
 * Every block of README and the pages is one that a test runs, compiles or parses; {@link DocPagesIT} runs what can be
 * run.
 */
public final class DocBlocksTest {
    /** What is looked at and not done: pictures, forms of a text, a screen. */
    private static final Set<String> PICTURES = Set.of("text", "mermaid");
    private static final Set<String> SHELL = Set.of("sh", "bash", "console");
    /** Parsed below, compiled, or compared with a file; what is in no such language needs an excuse. */
    private static final Set<String> CHECKED = Set.of("json", "yaml", "xml", "java", "ini", DocPage.FIRST);
    private static final Pattern COMMAND = Pattern.compile(
            "(?m)^(\\$ |headrace |curl |mvn |java |docker |kubectl |redis-cli |systemctl |apt-get )");

    public static Stream<Block> blocks() {
        return DocPage.all().stream().flatMap(page -> page.blocks().stream());
    }

    static Stream<Block> shell() {
        return blocks().filter(block -> SHELL.contains(block.language()));
    }

    @Test
    void everyBlockSaysWhatItIs() {
        assertThat(blocks().filter(Block::isRun)).hasSizeGreaterThan(60)
                .allSatisfy(block -> assertThat(block.language())
                        .isIn(Stream.of(PICTURES, SHELL, CHECKED).flatMap(Set::stream).toList()));
        assertThat(blocks()).allSatisfy(block -> assertThat(block.language()).isNotEmpty());
    }

    @Test
    void whatCanBeTypedIsMarkedAsSuch() {
        assertThat(blocks().filter(block -> PICTURES.contains(block.language())))
                .allSatisfy(block -> assertThat(block.text()).doesNotContainPattern(COMMAND));
    }

    @Test
    void fewBlocksAreExcusedAndEachSaysWhy() {
        assertThat(blocks().filter(block -> !block.isRun())).hasSizeBetween(1, 16).allSatisfy(
                block -> assertThat(block.excuse()).matches("(?s)(needs|takes|it is) .{3,80}"));
    }

    @ParameterizedTest
    @MethodSource("shell")
    void bashTakesEveryCommand(Block block) throws Exception {
        assertThat(block.language().equals("console")
                ? ShellCommands.ofConsole(block.text())
                : ShellCommands.ofScript(block.text())).isNotEmpty();
    }

    /** Those that run are judged by what they do; of the others at least options and verbs are there. */
    @Test
    void headraceTakesTheOptionsOfWhatIsNotRun() throws Exception {
        List<String> refused = new ArrayList<>();
        for (Block block : shell().filter(one -> !one.isRun()).toList()) {
            for (String line : block.text().replace("\\\n", " ").lines().toList()) {
                String words = line.replaceFirst("^\\$ ", "").replaceFirst("^java -jar \\S+headrace.jar ", "headrace ")
                        .replaceFirst("(^| +)#.*", "");
                if (words.startsWith("headrace ")) {
                    Ran ran = Ran.headrace((words.substring("headrace ".length()) + " --help").split(" +", -1));
                    if (ran.code() != 0) {
                        refused.add(block + " " + words + "\n" + ran.err());
                    }
                }
            }
        }
        assertThat(refused).isEmpty();
    }

    @Test
    void dataIsWellFormed() {
        YAMLMapper yaml = new YAMLMapper();
        assertThat(blocks().filter(block -> block.language().equals("yaml"))).isNotEmpty().allSatisfy(
                block -> assertThatCode(() -> yaml.readTree(block.text())).doesNotThrowAnyException());
        assertThat(blocks().filter(block -> block.language().equals("json"))).allSatisfy(
                block -> assertThatCode(() -> JsonFormat.mapper().readTree(block.text())).doesNotThrowAnyException());
        assertThat(blocks().filter(block -> block.language().equals("xml"))).allSatisfy(
                block -> assertThatCode(() -> DocumentBuilderFactory.newInstance().newDocumentBuilder()
                        .parse(new InputSource(new StringReader("<block>" + block.text() + "</block>"))))
                        .doesNotThrowAnyException());
    }

    @Test
    void aBlockThatNeverEndsAndOneWithoutItsEndOfTextAreFound() throws Exception {
        assertThatCode(() -> DocPage.blocks("page", "```sh\ntrue\n")).hasMessageContaining("never ends");
        assertThatCode(() -> ShellCommands.ofScript("cat <<END\nx\n")).hasMessageContaining("cat <<END");
        assertThatCode(() -> ShellCommands.ofScript("echo 'x\n")).hasMessageContaining("echo 'x");
        assertThatCode(() -> ShellCommands.ofConsole("no prompt\n")).hasMessageContaining("no prompt");
        assertThat(ShellCommands.ofConsole("$ cat <<END\nx\nEND\nx\n$ echo \\\n  y\ny\n")).containsExactly(
                new ShellCommands.ShellStep("cat <<END\nx\nEND", "x\n"),
                new ShellCommands.ShellStep("echo \\\n  y", "y\n"));
    }

    @Test
    void anOutputThatIsNotWhatIsShownIsTold() {
        String came = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n{\"id\":\"default_n1795315730411-0\",\"n\":6}";
        assertThat(ShownOutput.difference("HTTP/1.1 200 OK\nC: d\n\n{\"id\":\"default_n1795315730000-7\",\n \"n\":6}\n",
                came)).isEmpty();
        assertThat(ShownOutput.difference("HTTP/1.1 200 OK\nE: f\n\n{…}\n", came)).contains("E: f");
        assertThat(ShownOutput.difference("HTTP/1.1 200 OK\n\n{…\"n\":7}\n", came)).contains("\"n\":6");
    }
}
