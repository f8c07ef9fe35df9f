package io.headrace.contract.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands between clients and a server on loopback and makes their network fail: slow, cut, cut in the middle of a
 * reply, dead in one direction, dead without a sign, dead behind a certain command to Redis. What it does can be
 * changed at any time, by any thread, and holds for the connections there are and for new ones, until {@link #pass}
 * ends it.
 *
 * <p>One thread accepts and two a connection copy; there are at most {@value #MOST_CONNECTIONS} connections, and those
 * beyond are refused. Everything that changes is guarded by {@code this}.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 512;
    private static final int CONNECT_MS = 2_000;

    /** A direction, named by where the bytes go. */
    public enum Towards {
        CLIENT, SERVER
    }

    private enum Way {
        PASS, HOLD, SWALLOW
    }

    private final ServerSocket listener;
    private volatile InetSocketAddress server;
    private final Set<Pair> pairs = ConcurrentHashMap.newKeySet();
    private Way towardsClient = Way.PASS;
    private Way towardsServer = Way.PASS;
    private long delayNanos;
    /**
     * How many more bytes go to clients before the connection that carries the next one is cut; negative for no limit.
     */
    private long untilCut = -1;
    /** How many more commands go to the server before everything is swallowed; negative for no limit. */
    private long untilSilence = -1;
    private boolean closed;

    private TcpProxy(ServerSocket listener, InetSocketAddress server) {
        this.listener = listener;
        this.server = server;
    }

    /** A proxy of its own port of loopback before a port of loopback, which need not be open yet. */
    public static TcpProxy to(int serverPort) {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try {
            TcpProxy proxy = new TcpProxy(new ServerSocket(0, 200, loopback),
                    new InetSocketAddress(loopback, serverPort));
            start("proxy-accept", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException("no port for a proxy", e);
        }
    }

    /** Where clients connect to. */
    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections it carries. */
    public int connections() {
        return pairs.size();
    }

    /** Ends every fault. Held bytes flow on; a connection that swallowed bytes cannot be mended and is cut. */
    public void pass() {
        synchronized (this) {
            towardsClient = Way.PASS;
            towardsServer = Way.PASS;
            delayNanos = 0;
            untilCut = -1;
            untilSilence = -1;
            notifyAll();
        }
        pairs.stream().filter(pair -> pair.spoiled).forEach(Pair::reset);
    }

    /** Whatever is read from now on is passed on that much later, in both directions. */
    public synchronized void delay(Duration howLong) {
        delayNanos = howLong.toNanos();
    }

    /** Resets every connection there is; new ones are welcome. */
    public void cut() {
        pairs.forEach(Pair::reset);
    }

    /** Leads to another port of loopback from now on, and resets every connection there is. */
    public void lead(int serverPort) {
        server = new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort);
        cut();
    }

    /**
     * After so many more bytes to clients, in the middle of whatever is being said, resets the connection that carries
     * them.
     */
    public synchronized void cutAfter(long bytes) {
        untilCut = bytes;
    }

    /** Whether a cut asked for by {@link #cutAfter} is still to come. */
    public synchronized boolean cutDue() {
        return untilCut >= 0;
    }

    /** Stops passing on in one direction; nothing is closed and nothing lost, and the other direction goes on. */
    public synchronized void halfOpen(Towards silent) {
        if (silent == Towards.CLIENT) {
            towardsClient = Way.HOLD;
        } else {
            towardsServer = Way.HOLD;
        }
    }

    /** Accepts everything, connections and bytes, and lets nothing out on the other side. */
    public synchronized void blackHole() {
        towardsClient = Way.SWALLOW;
        towardsServer = Way.SWALLOW;
    }

    /**
     * Lets so many more commands through to the Redis behind it, which carries them out, and swallows whatever is said
     * afterwards in either direction: the clients have died there, as far as Redis can tell. {@link #pass} lets them
     * find out.
     */
    public synchronized void silenceAfter(long commands) {
        untilSilence = commands;
    }

    /** Whether a silence asked for by {@link #silenceAfter} is still to come. */
    public synchronized boolean silenceDue() {
        return untilSilence > 0;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                serve(listener.accept());
            } catch (IOException e) {
                // The listener was closed, or a client was gone before it was accepted: the loop's condition tells.
            }
        }
    }

    private void serve(Socket client) throws IOException {
        Socket upstream = new Socket();
        Pair pair = new Pair(client, upstream);
        try {
            if (pairs.size() >= MOST_CONNECTIONS) {
                throw new IOException("too many connections");
            }
            client.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
            upstream.connect(server, CONNECT_MS);
        } catch (IOException e) {
            pair.reset(); // the server cannot be reached, so neither can the proxy
            return;
        }
        pairs.add(pair);
        start("proxy-to-server", () -> pair.copy(Towards.SERVER));
        start("proxy-to-client", () -> pair.copy(Towards.CLIENT));
        if (isClosed()) {
            pair.reset();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private static void start(String name, Runnable body) {
        Thread thread = new Thread(body, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Waits until bytes in this direction may pass; says what becomes of them. */
    private synchronized Way way(Towards towards, Pair pair) throws InterruptedException {
        long due = System.nanoTime() + delayNanos;
        while (!closed && !pair.over) {
            Way way = towards == Towards.CLIENT ? towardsClient : towardsServer;
            long left = due - System.nanoTime();
            if (way == Way.SWALLOW || (way == Way.PASS && (delayNanos == 0 || left <= 0))) {
                return way;
            }
            if (way == Way.HOLD) {
                wait();
            } else {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
        return Way.SWALLOW;
    }

    /** How many of these bytes may go to a client; the connection is cut behind them if that is not all. */
    private synchronized int allowed(int bytes) {
        if (untilCut < 0 || untilCut >= bytes) {
            untilCut = untilCut < 0 ? -1 : untilCut - bytes;
            return bytes;
        }
        int some = (int) untilCut;
        untilCut = -1;
        return some;
    }

    /** How many of these bytes may go to the server; with the last command that may, silence begins. */
    private synchronized int heard(Pair pair, byte[] buffer, int length) {
        int end = pair.ends.next(buffer, 0, length);
        while (end >= 0) {
            if (untilSilence > 0 && --untilSilence == 0) {
                towardsClient = Way.SWALLOW;
                towardsServer = Way.SWALLOW;
                pairs.forEach(each -> each.spoiled = true);
                notifyAll();
                return end;
            }
            end = pair.ends.next(buffer, end, length);
        }
        return length;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        quietly(listener);
        pairs.forEach(Pair::reset);
    }

    private static void quietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // It is closed either way.
        }
    }

    /** One connection from a client, and the one to the server that serves it. */
    private final class Pair {
        private final Socket client;
        private final Socket upstream;
        /** Used by the thread that copies towards the server. */
        private final CommandBoundaries ends = new CommandBoundaries();
        private volatile boolean spoiled;
        private volatile boolean over;

        Pair(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void copy(Towards towards) {
            Socket from = towards == Towards.CLIENT ? upstream : client;
            Socket to = towards == Towards.CLIENT ? client : upstream;
            byte[] buffer = new byte[64 * 1024];
            try {
                int read = from.getInputStream().read(buffer);
                while (read >= 0 && pass(towards, to, buffer, read)) {
                    read = from.getInputStream().read(buffer);
                }
                // The end is a message like any other: it is passed on only in its turn.
                if (way(towards, this) == Way.PASS) {
                    end();
                }
            } catch (IOException e) {
                reset();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                reset();
            }
        }

        private boolean pass(Towards towards, Socket to, byte[] buffer, int length)
                throws IOException, InterruptedException {
            if (way(towards, this) == Way.SWALLOW) {
                spoiled = true;
                return true;
            }
            int some = towards == Towards.CLIENT ? allowed(length) : heard(this, buffer, length);
            to.getOutputStream().write(buffer, 0, some);
            if (some < length && towards == Towards.CLIENT) {
                reset();
                return false;
            }
            return true;
        }

        private void end() {
            finish(null);
        }

        void reset() {
            finish(0);
        }

        private void finish(@Nullable Integer linger) {
            over = true;
            pairs.remove(this);
            for (Socket socket : new Socket[]{client, upstream}) {
                try {
                    if (linger != null) {
                        socket.setSoLinger(true, linger); // closing sends a reset
                    }
                } catch (IOException e) {
                    // It is closed already.
                }
                quietly(socket);
            }
            synchronized (TcpProxy.this) {
                TcpProxy.this.notifyAll();
            }
        }
    }
}
