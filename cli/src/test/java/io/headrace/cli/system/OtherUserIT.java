package io.headrace.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.contract.process.HeadraceProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What another user of the machine can do to {@code dev}. Only root can play another user. */
@EnabledIf("isRoot")
final class OtherUserIT {
    private static final List<String> AS_NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534",
            "--clear-groups", "bash", "-c");
    /** What comes back from an address: one line sent, all that is answered within two seconds. */
    private static final String TALK = "exec 3<>/dev/tcp/127.0.0.1/%d; printf '%s' >&3; timeout 2 cat <&3; true";

    @TempDir
    private Path folder;

    static boolean isRoot() throws IOException {
        return (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }

    @Test
    void anotherUserCanNeitherReadNorWriteNorRunNorEndAnything() throws Exception {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0", "--exec", "touch=touch ran; echo 1");
            int api = RunningApi.of(dev).uri().getPort();
            Path data = folder.resolve("headrace-data");
            int redis = Integer.parseInt(Files.readString(data.resolve("redis.port")).strip());
            long server = Long.parseLong(Files.readString(data.resolve("redis.pid")).strip().replaceFirst(" .*", ""));

            for (String attack : List.of("EVAL \"return bit.tohex(65535, -2147483648)\" 0", "KEYS *",
                    "SHUTDOWN NOSAVE", "FLUSHALL", "CONFIG GET requirepass")) {
                assertThat(nobody(TALK.formatted(redis, attack + "\\r\\n"))).as(attack).contains("NOAUTH");
            }
            String job = "{\"type\":\"touch\"}";
            for (String request : List.of("GET /v1/queues HTTP/1.0\\r\\n\\r\\n", "GET /metrics HTTP/1.0\\r\\n\\r\\n",
                    "GET /v1/queues/default/jobs HTTP/1.0\\r\\n\\r\\n",
                    "POST /v1/queues/default/pause HTTP/1.0\\r\\nContent-Length: 0\\r\\n\\r\\n",
                    "POST /v1/queues/default/jobs HTTP/1.0\\r\\nContent-Type: application/json\\r\\nContent-Length: "
                            + job.length() + "\\r\\n\\r\\n" + job,
                    "GET /v1/live HTTP/1.1\\r\\nHost: localhost\\r\\nUpgrade: websocket\\r\\nConnection: upgrade\\r\\n"
                            + "Sec-WebSocket-Version: 13\\r\\n"
                            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\\r\\n\\r\\n")) {
                assertThat(nobody(TALK.formatted(api, request))).as(request).contains(" 403 ").contains("uid 65534");
            }
            for (String attack : List.of("cat " + data.resolve("redis.secret"), "cat " + data.resolve("redis.conf"),
                    "ls " + data.resolve("appendonlydir"), "touch " + data.resolve("x"), "kill " + server)) {
                assertThat(nobody(attack + " && echo done")).as(attack).doesNotContain("done")
                        .containsAnyOf("ermission denied", "not permitted");
            }

            HeadraceProcess own = here.start("own", "enqueue", "touch", "--wait", "--api", "http://127.0.0.1:" + api);
            assertThat(own.awaitExit(Deployment.A_WHILE)).isZero();
            assertThat(dev.alive()).isTrue();
            assertThat(ProcessHandle.of(server)).get().matches(ProcessHandle::isAlive);
        }
    }

    @Test
    void aJobOfAnotherUserWhoHangsUpAtOnceIsNotAccepted() throws Exception {
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0", "--exec", "touch=touch ran; echo 1");
            int api = RunningApi.of(dev).uri().getPort();
            String job = "{\"type\":\"touch\"}";
            for (int i = 0; i < 20; i++) {
                nobody("exec 3<>/dev/tcp/127.0.0.1/" + api + "; printf 'POST /v1/queues/default/jobs HTTP/1.0\\r\\n"
                        + "Content-Type: application/json\\r\\nContent-Length: " + job.length() + "\\r\\n\\r\\n" + job
                        + "' >&3; exec 3>&-");
            }
            HeadraceProcess list = here.start("list", "queue", "show", "default", "-o", "json", "--api",
                    "http://127.0.0.1:" + api);
            list.awaitExit(Deployment.A_WHILE);
            assertThat(folder.resolve("ran")).doesNotExist();
        }
    }

    @Test
    void aDataFolderThatAnotherUserPutThereIsRefused() throws Exception {
        Path data = Files.createDirectory(folder.resolve("headrace-data"));
        Files.setAttribute(data, "unix:uid", 65534);
        try (Deployment here = new Deployment(folder)) {
            HeadraceProcess dev = here.start("dev", "dev", "--port", "0");

            assertThat(dev.awaitExit(Deployment.A_WHILE)).isEqualTo(1);
            assertThat(String.join(" ", dev.err())).contains("belongs to another user (uid 65534");
        }
    }

    private static String nobody(String script) throws Exception {
        Process process = new ProcessBuilder(
                Stream.concat(AS_NOBODY.stream(), Stream.of(script)).toList()).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return said;
    }
}
