package io.headrace.bench.process;

import io.headrace.QueueName;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.config.RedisSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The entry point of every child process of a benchmark. It plays its role, answers what {@link Child} asks on standard
 * input, one line each, and ends with its parent: when standard input ends, nobody is left who would end it.
 */
public final class ChildMain {
    /** What an answer starts with; other lines of standard output are the role's own. */
    static final String ANSWER = "= ";
    /** What a role of this package says when it has begun. */
    static final String READY = "ready";

    /** What names the command's main class and its arguments. */
    static final String PROGRAM = "program";

    /** What a child can be asked beside {@link JvmFigures#COMMAND}. */
    interface Role {
        /** Answers in one line. */
        String answer(String command);
    }

    private static volatile @Nullable Role role;

    private ChildMain() {}

    /**
     * Plays {@code worker QUEUE SLOTS LEASE}, {@code reader QUEUE}, {@code bare}, or {@code program CLASS …}, any
     * command of that program.
     */
    public static void main(String[] args) throws Exception {
        Thread asked = new Thread(ChildMain::listen, "bench-asked");
        asked.setDaemon(true);
        asked.start();
        if (args[0].equals(PROGRAM)) {
            String[] command = Arrays.copyOfRange(args, 2, args.length);
            Class.forName(args[1]).getMethod("main", String[].class).invoke(null, (Object) command);
            return;
        }
        if (args[0].equals("bare")) {
            say(BareServer.listenAnywhere());
            return;
        }
        Map<String, String> environment = System.getenv();
        RedisConfig redis = RedisSettings.URL.from(environment).withPrefix(RedisSettings.PREFIX.from(environment));
        QueueName queue = new QueueName(args[1]);
        role = args[0].equals("worker")
                ? WorkerChild.start(redis, queue, Integer.parseInt(args[2]), args[3])
                : ReaderChild.start(redis, queue);
        say(READY);
    }

    private static void listen() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String command = in.readLine(); command != null; command = in.readLine()) {
                Role asked = role;
                say(ANSWER + (asked == null || command.equals(JvmFigures.COMMAND)
                        ? JvmFigures.afterCollection().line()
                        : asked.answer(command)));
            }
        } catch (IOException e) {
            // the parent is gone, as at the end of the input
        }
        Runtime.getRuntime().halt(0);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
