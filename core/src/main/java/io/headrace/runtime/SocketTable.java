package io.headrace.runtime;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which user holds which end of the TCP connections within this machine, as the system told a moment ago. Linux only. A
 * look takes some milliseconds, most of them for going through the system's table, however few connections there are.
 * So what is of IPv6 is read only when something is not found without. Not thread-safe.
 */
public final class SocketTable {
    private static final Path IPV4 = Path.of("/proc/self/net/tcp");
    /** Holds connections to IPv4 addresses, too, of programs that open all by IPv6. Without IPv6 it is not there. */
    private static final Path IPV6 = Path.of("/proc/self/net/tcp6");
    private static final String LISTENS = "0A";
    /** What comes before an IPv4 address that is written as an IPv6 one. */
    private static final String MAPPED = hex(ByteBuffer.wrap(new byte[]{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}));
    private static final int FIELDS = 10;

    /** By own and other address, as the system writes them. */
    private final Map<String, Long> connections = new HashMap<>();
    /** By port. */
    private final Map<Integer, Long> listeners = new HashMap<>();

    private boolean whole;

    private SocketTable(boolean whole) {
        this.whole = whole;
    }

    /** Whether this system has one. */
    public static boolean exists() {
        return Files.isReadable(IPV4);
    }

    /** Reads it. */
    public static SocketTable read() throws IOException {
        SocketTable table = new SocketTable(!Files.isReadable(IPV6));
        table.add(Files.readString(IPV4, StandardCharsets.US_ASCII));
        return table;
    }

    /** Reads one from its text, in the form of {@code /proc/net/tcp}. */
    static SocketTable parse(String text) {
        SocketTable table = new SocketTable(true);
        table.add(text);
        return table;
    }

    private void add(String text) {
        text.lines().skip(1).map(SocketTable::fields).filter(fields -> fields.size() >= FIELDS).forEach(this::add);
    }

    /** The first of a line, without a pattern: a server reads hundreds of lines when its first clients connect. */
    private static List<String> fields(String line) {
        List<String> fields = new ArrayList<>(FIELDS);
        for (int at = 0; at < line.length() && fields.size() < FIELDS;) {
            int end = line.indexOf(' ', at);
            end = end < 0 ? line.length() : end;
            if (end > at) {
                fields.add(line.substring(at, end));
            }
            at = end + 1;
        }
        return fields;
    }

    /** A socket that no process holds any more has the inode 0, and root as its user whoever opened it. */
    private void add(List<String> fields) {
        if (fields.get(9).equals("0")) {
            return;
        }
        long uid = Long.parseLong(fields.get(7));
        if (fields.get(3).equals(LISTENS)) {
            listeners.put(Integer.parseInt(fields.get(1).substring(fields.get(1).indexOf(':') + 1), 16), uid);
        } else {
            connections.put(plain(fields.get(1)) + ' ' + plain(fields.get(2)), uid);
        }
    }

    private static String plain(String address) {
        return address.startsWith(MAPPED) ? address.substring(MAPPED.length()) : address;
    }

    /**
     * The user who holds the end of a connection.
     *
     * @param own the address of that end
     * @param other the address of the other end
     * @return empty when there is no such connection within this machine, or no process holds that end any more
     */
    public OptionalLong owner(InetSocketAddress own, InetSocketAddress other) throws IOException {
        return find(connections, written(own) + ' ' + written(other));
    }

    /** The user who listens on a port; empty when nobody does. */
    public OptionalLong listener(int port) throws IOException {
        return find(listeners, port);
    }

    private <K> OptionalLong find(Map<K, Long> users, K key) throws IOException {
        if (!whole && !users.containsKey(key)) {
            add(Files.readString(IPV6, StandardCharsets.US_ASCII));
            whole = true;
        }
        Long uid = users.get(key);
        return uid == null ? OptionalLong.empty() : OptionalLong.of(uid);
    }

    private static String written(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        String text = hex(ByteBuffer.wrap(host.getAddress()));
        return (host instanceof Inet4Address ? text : plain(text)) + ':'
                + String.format(Locale.ROOT, "%04X", address.getPort());
    }

    /** The system writes words of 32 bits as numbers in the order of its processor. */
    private static String hex(ByteBuffer bytes) {
        StringBuilder text = new StringBuilder();
        bytes.order(ByteOrder.nativeOrder());
        while (bytes.hasRemaining()) {
            text.append(String.format(Locale.ROOT, "%08X", bytes.getInt()));
        }
        return text.toString();
    }
}
