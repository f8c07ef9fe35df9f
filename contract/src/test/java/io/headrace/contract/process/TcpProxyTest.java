package io.headrace.contract.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TcpProxyTest {
    private static final int SHORT_MS = 300;
    private static final int SOON_MS = 10_000;

    private final List<Socket> sockets = new ArrayList<>();
    private ServerSocket server;
    private TcpProxy proxy;

    /** A server that says everything back. */
    @BeforeEach
    void start() throws IOException {
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread acceptor = new Thread(() -> {
            while (!server.isClosed()) {
                try {
                    Socket accepted = server.accept();
                    new Thread(() -> echo(accepted)).start();
                } catch (IOException e) {
                    assertThat(server.isClosed()).isTrue();
                }
            }
        });
        acceptor.start();
        proxy = TcpProxy.to(server.getLocalPort());
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            // cut, as it should be
        }
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout(SOON_MS);
        sockets.add(socket);
        return socket;
    }

    private static void say(Socket socket, String words) throws IOException {
        socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    }

    private static String hear(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), StandardCharsets.US_ASCII);
    }

    private static void hearNothing(Socket socket) throws IOException {
        socket.setSoTimeout(SHORT_MS);
        assertThatThrownBy(() -> hear(socket, 1)).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout(SOON_MS);
    }

    @Test
    void wordsPassBothWays() throws IOException {
        Socket socket = connect();
        say(socket, "hello");
        assertThat(hear(socket, 5)).isEqualTo("hello");
    }

    @Test
    void delayedWordsComeLater() throws IOException {
        Socket socket = connect();
        proxy.delay(Duration.ofMillis(200));
        long saidAt = System.nanoTime();
        say(socket, "hello");
        assertThat(hear(socket, 5)).isEqualTo("hello");
        assertThat(System.nanoTime() - saidAt).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(390));

        proxy.delay(Duration.ofHours(1));
        say(socket, "again");
        hearNothing(socket);
        proxy.pass();
        assertThat(hear(socket, 5)).isEqualTo("again");
    }

    @Test
    void aCutConnectionIsResetAndTheNextIsWelcome() throws IOException {
        Socket socket = connect();
        say(socket, "hello");
        hear(socket, 5);
        proxy.cut();
        assertThatThrownBy(() -> hear(socket, 1)).isInstanceOf(IOException.class).hasMessageContaining("reset");
        Socket next = connect();
        say(next, "hello");
        assertThat(hear(next, 5)).isEqualTo("hello");
    }

    @Test
    void aReplyIsCutInItsMiddleAndOnlyThatOne() throws IOException {
        Socket socket = connect();
        Socket other = connect();
        say(other, "hello");
        hear(other, 5);
        proxy.cutAfter(7);
        say(socket, "hello");
        assertThat(hear(socket, 5)).isEqualTo("hello");
        assertThat(proxy.cutDue()).isTrue();
        say(socket, "again");
        assertThatThrownBy(() -> hear(socket, 5)).isInstanceOf(IOException.class);
        assertThat(proxy.cutDue()).isFalse();
        say(other, "still here");
        assertThat(hear(other, 10)).isEqualTo("still here");
    }

    @Test
    void afterAsManyCommandsAsAskedForTheServerHearsNothingMoreAndNobodyIsAnswered() throws IOException {
        String ping = "*1\r\n$4\r\nPING\r\n";
        String get = "*2\r\n$3\r\nGET\r\n$5\r\n*1\r\nx\r\n";
        Socket socket = connect();
        say(socket, ping);
        assertThat(hear(socket, ping.length())).isEqualTo(ping);
        proxy.silenceAfter(3);
        say(socket, get + ping.substring(0, 3));
        assertThat(hear(socket, get.length() + 3)).isEqualTo(get + ping.substring(0, 3));
        say(socket, ping.substring(3));
        assertThat(hear(socket, ping.length() - 3)).isEqualTo(ping.substring(3));
        assertThat(proxy.silenceDue()).isTrue();
        say(socket, get + ping);
        hearNothing(socket);
        assertThat(proxy.silenceDue()).isFalse();
    }

    @Test
    void aHalfOpenConnectionLosesNothingOnceItPassesAgain() throws IOException {
        for (TcpProxy.Towards silent : TcpProxy.Towards.values()) {
            Socket socket = connect();
            proxy.halfOpen(silent);
            say(socket, "hello");
            hearNothing(socket);
            proxy.pass();
            assertThat(hear(socket, 5)).isEqualTo("hello");
        }
    }

    @Test
    void aBlackHoleTakesConnectionsAndWordsAndGivesNothing() throws IOException {
        Socket before = connect();
        Socket idle = connect();
        say(idle, "hello");
        hear(idle, 5);
        proxy.blackHole();
        Socket during = connect();
        say(before, "hello");
        say(during, "hello");
        hearNothing(before);
        hearNothing(during);

        proxy.pass();
        assertThatThrownBy(() -> hear(before, 1)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> hear(during, 1)).isInstanceOf(IOException.class);
        say(idle, "well");
        assertThat(hear(idle, 4)).isEqualTo("well");
    }

    @Test
    void nothingIsLeftOfWhatHasEnded() throws IOException {
        Socket socket = connect();
        say(socket, "hello");
        hear(socket, 5);
        assertThat(proxy.connections()).isEqualTo(1);
        socket.close();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (proxy.connections() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(proxy.connections()).isZero();

        Socket last = connect();
        proxy.close();
        assertThatThrownBy(() -> {
            say(last, "hello");
            if (hear(last, 5).isEmpty()) {
                throw new IOException("closed");
            }
        }).isInstanceOf(IOException.class);
        assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
    }

    @Test
    void aServerThatIsAwayIsAwayForTheProxysClientsToo() throws IOException {
        try (TcpProxy before = TcpProxy.to(FreePort.find());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), before.port())) {
            socket.setSoTimeout(SOON_MS);
            assertThatThrownBy(() -> hear(socket, 1)).isInstanceOf(IOException.class).hasMessageContaining("reset");
        }
    }
}
