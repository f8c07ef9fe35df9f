package io.headrace.api.access;

import io.headrace.api.http.CallThreads;
import io.headrace.api.http.ConnectionGate;
import io.headrace.api.http.EventLoop;
import io.headrace.api.http.Problem;
import io.headrace.api.http.ProblemType;
import io.headrace.runtime.LocalUser;
import io.headrace.runtime.SocketTable;
import io.headrace.runtime.UncaughtError;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.HttpServerConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells processes of this user from those of others on the same machine, who reach loopback as well, by the user who
 * opened the other end of a connection. Asked once a connection, and only where nobody is asked for a key. A thread of
 * its own reads the system's table, one reading for all that wait. Thread-safe.
 */
final class PeerUsers {
    /** Where the system's table comes from. */
    interface Source {
        SocketTable read() throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(PeerUsers.class);
    private static final AttributeKey<OptionalLong> OWNER = AttributeKey.valueOf("headrace-owner");
    private static final long ROOT = 0;

    /** Who holds the other end of a connection. */
    record Question(InetSocketAddress peer, InetSocketAddress own, Consumer<OptionalLong> answer) {}

    private final Source source;
    private final ThreadPoolExecutor reader = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), CallThreads.named("headrace-api-neighbours-"));
    /** Guarded by this, as the next. */
    private List<Question> waiting = new ArrayList<>();
    private boolean reading;

    PeerUsers(Source source) {
        this.source = source;
        reader.allowCoreThreadTimeOut(true);
    }

    /** By the table of this system. */
    static PeerUsers ofThisMachine() {
        return new PeerUsers(SocketTable::read);
    }

    /** Whether they can be told apart here at all. */
    static boolean known() {
        return SocketTable.exists();
    }

    /**
     * Finds out who holds the other end of a connection that has just been accepted, and lets nothing of it through
     * before that is known. Called on the loop's thread.
     */
    void look(EventLoop loop, HttpConnection connection) {
        if (!(connection instanceof HttpServerConnection server)) {
            return;
        }
        Channel channel = server.channelHandlerContext().channel();
        if (channel.remoteAddress() instanceof InetSocketAddress peer
                && channel.localAddress() instanceof InetSocketAddress own) {
            ConnectionGate gate = ConnectionGate.shut(server.channelHandlerContext());
            ask(new Question(peer, own, owner -> loop.post(() -> {
                channel.attr(OWNER).set(owner);
                gate.open();
            })));
        }
    }

    /** Who was found; empty when nobody was, be it that it has gone. */
    private static OptionalLong owner(HttpConnection connection) {
        OptionalLong owner = connection instanceof HttpServerConnection server
                ? server.channelHandlerContext().channel().attr(OWNER).get()
                : null;
        return owner == null ? OptionalLong.empty() : owner;
    }

    /** The answer comes on any thread, and comes whatever happens: a connection waits for it. */
    void ask(Question question) {
        synchronized (this) {
            waiting.add(question);
            if (reading) {
                return;
            }
            reading = true;
        }
        try {
            reader.execute(this::read);
        } catch (RuntimeException | Error e) { // such as a thread that the system refuses
            List<Question> unanswered;
            synchronized (this) {
                unanswered = waiting;
                waiting = new ArrayList<>();
                reading = false;
            }
            answer(unanswered, failed(e));
        }
    }

    private void read() {
        for (List<Question> all = take(); !all.isEmpty(); all = take()) {
            answer(all);
        }
    }

    private synchronized List<Question> take() {
        List<Question> taken = waiting;
        waiting = new ArrayList<>();
        reading = !taken.isEmpty();
        return taken;
    }

    private void answer(List<Question> all) {
        List<OptionalLong> owners = new ArrayList<>();
        try {
            SocketTable table = source.read();
            for (Question one : all) {
                owners.add(table.owner(one.peer(), one.own()));
            }
        } catch (IOException | RuntimeException | Error e) {
            owners = failed(e);
        }
        answer(all, owners);
    }

    private static List<OptionalLong> failed(Throwable e) {
        LOG.warn("who connects cannot be told; these calls are refused error={}", e.toString());
        boolean noThread = String.valueOf(e.getMessage()).startsWith("unable to create native thread");
        if (e instanceof Error && !noThread) { // what it has left half done nobody knows
            UncaughtError.tell(e);
        }
        return List.of();
    }

    private static void answer(List<Question> all, List<OptionalLong> owners) {
        for (int i = 0; i < all.size(); i++) {
            try {
                all.get(i).answer().accept(i < owners.size() ? owners.get(i) : OptionalLong.empty());
            } catch (RuntimeException | Error e) { // its loop has ended
                LOG.debug("nobody waits for who connects", e);
            }
        }
    }

    /**
     * Lets in this user and root.
     *
     * @throws Problem {@code forbidden}
     */
    static void require(HttpConnection connection) {
        require(owner(connection));
    }

    /** Whether somebody is let in who connects so. */
    static boolean lets(HttpConnection connection) {
        return lets(owner(connection));
    }

    private static boolean lets(OptionalLong owner) {
        return owner.isPresent() && (owner.getAsLong() == LocalUser.uid() || owner.getAsLong() == ROOT);
    }

    static void require(OptionalLong owner) {
        if (lets(owner)) {
            return;
        }
        String who = owner.isPresent() ? "comes from another user of this machine (uid " + owner.getAsLong() + ")"
                : "comes from no process of this machine that could be found";
        throw ProblemType.FORBIDDEN.problem("the connection " + who
                + ", and while there are no keys only the user of this API (uid " + LocalUser.uid()
                + ") and root are let in; set HEADRACE_API_KEYS to let in others");
    }
}
