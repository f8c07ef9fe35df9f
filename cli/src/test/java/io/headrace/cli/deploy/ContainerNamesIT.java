package io.headrace.cli.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.headrace.cli.system.Deployment;
import io.headrace.contract.process.HeadraceProcess;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Redis, the api and a target behind names as Compose gives them. */
@Timeout(180)
final class ContainerNamesIT {
    private static final String KEY = "0123456789-abcdef-0123456789-abcdef";

    @TempDir
    private Path folder;

    @Test
    void everythingIsReachedByNamesWithUnderscores() throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), "127.0.0.1 localhost my_redis my_api my_service\n");
        Map<String, String> names = new HashMap<>(Map.of("JAVA_TOOL_OPTIONS", "-Djdk.net.hosts.file=" + hosts,
                "HEADRACE_API_KEYS", "admin:" + KEY));
        HttpServer target = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        target.createContext("/", exchange -> {
            byte[] host = exchange.getRequestHeaders().getFirst("Host").getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, host.length);
            exchange.getResponseBody().write(host);
            exchange.close();
        });
        target.start();
        try (Deployment here = new Deployment(folder)) {
            names.put("HEADRACE_REDIS", here.startRedis(0).url().replace("127.0.0.1", "my_redis"));
            String api = here.start("api", names, "api", "--port", "0").awaitOut("http://", Deployment.A_WHILE).strip();
            String service = "my_service:" + target.getAddress().getPort();
            here.start("worker", names, "worker", "--http", "where=HTTP://" + service + "/x")
                    .awaitErr("worker started id=", Deployment.A_WHILE);
            names.keySet().removeIf(name -> !name.equals("JAVA_TOOL_OPTIONS"));
            names.put("HEADRACE_API", api.replace("127.0.0.1", "my_api") + "/");
            names.put("HEADRACE_API_KEY", KEY);

            HeadraceProcess sender = here.start("sender", names, "enqueue", "where", "--wait");
            assertThat(sender.awaitOut("my_service", Deployment.A_WHILE)).contains('"' + service + '"');
            HeadraceProcess setter = here.start("setter", names, "queue", "set", "default", "--max-backlog", "77");
            assertThat(setter.awaitOut("77", Deployment.A_WHILE)).contains("at most 77 queued");
        } finally {
            target.stop(0);
        }
    }
}
