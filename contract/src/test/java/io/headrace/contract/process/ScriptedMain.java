package io.headrace.contract.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A program for {@link HeadraceProcessTest} to play with: does what its first argument says. */
final class ScriptedMain {
    private ScriptedMain() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "exit" -> {
                System.out.println("out: Grüße " + System.getenv("PUPPET"));
                System.err.println("err: bye " + System.getenv("HEADRACE_PUPPET"));
                System.exit(Integer.parseInt(args[1]));
            }
            case "listen" -> listen(Integer.parseInt(args[1]));
            case "parent" -> {
                Process child = new ProcessBuilder("sleep", "1000").start();
                System.out.println("child " + child.pid());
                wait(args);
            }
            default -> wait(args);
        }
    }

    private static void listen(int port) throws IOException {
        try (ServerSocket server = new ServerSocket(port, 5, InetAddress.getLoopbackAddress())) {
            while (true) {
                server.accept().close();
            }
        }
    }

    private static void wait(String[] args) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("terminated")));
        System.out.println("waiting " + args.length);
        Thread.sleep(1_000_000);
    }
}
