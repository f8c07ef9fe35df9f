package io.headrace.redis.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RedisProgramTest {
    private static final String NAME = "redis-server-7.0.15-linux-amd64";

    @TempDir
    Path folder;

    @Test
    void theProgramLiesInAFolderOfTheUsersOwn() throws Exception {
        Path program = RedisProgram.place(NAME, folder.resolve("cache"));

        assertThat(program.getParent()).isEqualTo(folder.resolve("cache").toRealPath());
        assertThat(mode(program)).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("cache"))).isEqualTo("rwx------");
    }

    @Test
    void whatSomebodyElsePutInItsPlaceIsNotRun() throws Exception {
        Path program = RedisProgram.place(NAME, folder);
        byte[] genuine = Files.readAllBytes(program);
        byte[] changed = genuine.clone();
        changed[changed.length - 1]++;
        Files.write(program, changed);

        assertThat(RedisProgram.place(NAME, folder)).isEqualTo(program).hasBinaryContent(genuine);
        Files.write(program, new byte[]{1}, StandardOpenOption.APPEND);
        assertThat(RedisProgram.place(NAME, folder)).hasBinaryContent(genuine);
    }

    @Test
    void aLinkInItsPlaceOrInThatOfItsFolderIsNotFollowed(@TempDir Path elsewhere) throws Exception {
        Path other = Files.writeString(elsewhere.resolve("other"), "#!/bin/sh");
        Files.createSymbolicLink(folder.resolve(NAME), other);

        Path program = RedisProgram.place(NAME, folder);

        assertThat(program.getParent()).isNotEqualTo(folder.toRealPath());
        assertThat(other).hasContent("#!/bin/sh");
    }

    @Test
    void withoutACacheFolderItLiesInANewOneEachTime() throws Exception {
        Path first = RedisProgram.place(NAME, null);
        Path second = RedisProgram.place(NAME, null);

        assertThat(first.getParent()).isNotEqualTo(second.getParent());
        assertThat(mode(first.resolveSibling(""))).isEqualTo("rwx------");
    }

    @Test
    void whereNoneComesAlongTheErrorSaysWhatToDo() {
        assertThatThrownBy(() -> RedisProgram.place("redis-server-of-no-platform", folder))
                .isInstanceOf(IOException.class).hasMessageContaining("--redis");
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
