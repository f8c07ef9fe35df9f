package io.headrace.redis.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class RedisKeysTest {
    private static final Pattern ROW = Pattern.compile("^\\| `(hr:[^`]+)` \\| ([a-z]+)", Pattern.MULTILINE);
    private static final Pattern APPENDED = Pattern.compile("base \\.\\. '([a-z_]+:?)'");

    @Test
    void theDataModelPageListsEachKeyOfTheCodeOnce() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "redis-data-model.md"));
        List<RedisKeys.Kind> documented = new ArrayList<>();
        Matcher row = ROW.matcher(page);
        while (row.find()) {
            documented.add(new RedisKeys.Kind(row.group(1), row.group(2)));
        }
        assertThat(documented).containsExactlyInAnyOrderElementsOf(RedisKeys.ALL);
    }

    @Test
    void everyKeyThatAScriptAppendsToItsBaseIsListed() {
        Set<String> listed = RedisKeys.ALL.stream().map(RedisKeys.Kind::pattern)
                .filter(pattern -> pattern.startsWith("hr:{q}:"))
                .map(pattern -> pattern.substring("hr:{q}:".length()).replaceAll("(:)[^:]*$", "$1"))
                .collect(Collectors.toSet());
        Set<String> used = new TreeSet<>();
        for (Script script : Script.values()) {
            Matcher appended = APPENDED.matcher(new String(script.source(), StandardCharsets.UTF_8));
            while (appended.find()) {
                used.add(appended.group(1));
            }
        }
        assertThat(used).contains("job:", "running:", "ready:");
        assertThat(listed).containsAll(used);
    }

    @Test
    void aQueueLivesInOneClusterSlot() {
        List<String> ofAQueue = RedisKeys.ALL.stream().map(RedisKeys.Kind::pattern)
                .filter(pattern -> pattern.contains("{q}")).toList();
        assertThat(ofAQueue).allMatch(pattern -> pattern.startsWith("hr:{q}:"));
    }
}
