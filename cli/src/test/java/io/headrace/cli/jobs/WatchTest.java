package io.headrace.cli.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.JobClient;
import io.headrace.JobHandler;
import io.headrace.JobId;
import io.headrace.Json;
import io.headrace.NewJob;
import io.headrace.api.ApiConfig;
import io.headrace.api.ApiServer;
import io.headrace.cli.HeadraceCommand;
import io.headrace.cli.terminal.Terminal;
import io.headrace.contract.process.TcpProxy;
import io.headrace.testkit.InMemoryBroker;
import io.headrace.testkit.ManualClock;
import io.headrace.worker.Worker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Commands that go on: what follows a job, and what shows a list again and again. */
final class WatchTest {
    private static final long BOUND_S = 30;

    private final InMemoryBroker broker = new InMemoryBroker(new ManualClock(Clock.systemUTC().instant()));
    private final ApiServer api = ApiServer.start(ApiConfig.from(Map.of()).withAddress("127.0.0.1", 0), broker,
            new SimpleMeterRegistry());
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final Worker worker = Worker.builder(broker).queue("mail", 1).grace(Duration.ZERO)
            .handler(JobHandler.of("two-steps", Json.class, (payload, context) -> {
                context.log("first");
                context.progress(0.25, "waiting");
                goOn.await();
                context.log("second");
                return null;
            })).build();

    @AfterEach
    void stop() {
        goOn.countDown();
        worker.stop();
        api.close();
        broker.close();
    }

    /** Remembers what was written, and lets a test wait for some of it. */
    private static final class Screen extends OutputStream {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public synchronized void write(int b) {
            bytes.write(b);
            notifyAll();
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }

        synchronized void await(String text) throws InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(BOUND_S);
            while (!text().contains(text)) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                assertThat(left).as("no '" + text + "' in: " + text()).isPositive();
                wait(left);
            }
        }
    }

    private static Terminal terminal(OutputStream out, OutputStream err, boolean tty, int port) {
        return new Terminal(new ByteArrayInputStream(new byte[0]), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), new Terminal.Tty(false, tty, tty),
                Map.of("HEADRACE_API", "http://127.0.0.1:" + port));
    }

    @Test
    void aWatchSurvivesABrokenConnectionAndShowsEachLineOnce() throws Exception {
        worker.start();
        JobId id = new JobClient(broker).enqueue(NewJob.of("mail", "two-steps", 1).build()).id();
        Screen out = new Screen();
        Screen err = new Screen();
        try (TcpProxy between = TcpProxy.to(api.uri().getPort())) {
            CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> HeadraceCommand
                    .run(new String[]{"job", "watch", id.toString()}, terminal(out, err, false, between.port())));
            out.await("| first");
            out.await("25% waiting");
            between.cut();
            err.await("connected again");
            goOn.countDown();

            assertThat(code.get(BOUND_S, TimeUnit.SECONDS)).isZero();
        }
        assertThat(out.text()).containsOnlyOnce("| first").containsOnlyOnce("| second").contains("succeeded");
        assertThat(err.text()).containsOnlyOnce("connecting again");
    }

    @Test
    void onATerminalProgressIsABarThatIsGoneAtTheEnd() throws Exception {
        worker.start();
        JobId id = new JobClient(broker).enqueue(NewJob.of("mail", "two-steps", 1).build()).id();
        Screen both = new Screen();
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> HeadraceCommand
                .run(new String[]{"job", "watch", id.toString(), "--color=never"},
                        terminal(both, both, true, api.uri().getPort())));
        both.await("[|||||||                     ] 25%");
        goOn.countDown();

        assertThat(code.get(BOUND_S, TimeUnit.SECONDS)).isZero();
        assertThat(both.text()).endsWith("\r\033[K").contains("\r\033[K").doesNotContain("\033[3");
    }

    @Test
    void withoutATerminalAListIsPrintedAgainUntilItsReaderIsGone() throws Exception {
        new JobClient(broker).enqueue(NewJob.of("mail", "two-steps", 1).build());
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        OutputStream reader = new OutputStream() {
            private int lines;

            @Override
            public void write(int b) throws IOException {
                if (lines == 3) {
                    throw new IOException("the reader is gone");
                }
                read.write(b);
                lines += b == '\n' ? 1 : 0;
            }
        };
        CompletableFuture<Integer> code = CompletableFuture.supplyAsync(() -> HeadraceCommand
                .run(new String[]{"queue", "list", "-o", "json", "--watch", "200ms"},
                        terminal(reader, new ByteArrayOutputStream(), false, api.uri().getPort())));

        assertThat(code.get(BOUND_S, TimeUnit.SECONDS)).isZero();
        assertThat(read.toString(StandardCharsets.UTF_8).lines()).hasSize(3)
                .allMatch(line -> line.startsWith("{\"queues\":[{\"queue\":\"mail\""));
    }

    @Test
    void everyListCanBeWatched() {
        CommandLine root = HeadraceCommand.commandLine(new String[0],
                terminal(new ByteArrayOutputStream(), new ByteArrayOutputStream(), false, 1));
        List<CommandLine> lists = new ArrayList<>(List.of(root.getSubcommands().get("audit")));
        root.getSubcommands().values().stream().map(noun -> noun.getSubcommands().get("list")).filter(Objects::nonNull)
                .forEach(lists::add);

        assertThat(lists).hasSizeGreaterThan(5).allSatisfy(list -> assertThat(list.getCommandSpec()
                .findOption("--watch")).as(list.getCommandSpec().qualifiedName()).isNotNull());
    }
}
