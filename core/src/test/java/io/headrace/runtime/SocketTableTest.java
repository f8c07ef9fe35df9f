package io.headrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

final class SocketTableTest {
    private static final String HEAD = "  sl  local_address rem_address   st"
            + " tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
    private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    private static final String HOST = LITTLE ? "0100007F" : "7F000001";
    private static final String MAPPED = LITTLE ? "0000000000000000FFFF0000" : "00000000000000000000FFFF";
    private static final InetSocketAddress SERVER = new InetSocketAddress(InetAddress.getLoopbackAddress(), 8080);
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

    private static String row(String own, String other, String state, int uid, int inode) {
        return "   1: " + own + " " + other + " " + state
                + " 00000000:00000000 00:00000000 00000000  " + uid + "        0 " + inode
                + " 1 00000000 20 4 0 18 -1\n";
    }

    @Test
    void aConnectionBelongsToWhoHoldsItsEnd() throws Exception {
        SocketTable table = SocketTable.parse(HEAD + row(HOST + ":9C40", HOST + ":1F90", "01", 1001, 7)
                + row(HOST + ":1F90", HOST + ":9C40", "01", 1000, 8));

        assertThat(table.owner(CLIENT, SERVER)).hasValue(1001);
        assertThat(table.owner(SERVER, CLIENT)).hasValue(1000);
    }

    @Test
    void anAddressOfVersion4WrittenAsOneOfVersion6IsTheSame() throws Exception {
        SocketTable table = SocketTable
                .parse(HEAD + row(MAPPED + HOST + ":9C40", MAPPED + HOST + ":1F90", "01", 1001, 7));

        assertThat(table.owner(CLIENT, SERVER)).hasValue(1001);
    }

    @Test
    void anEndThatItsProcessHasClosedIsNobodysAndNotRoots() throws Exception {
        SocketTable table = SocketTable.parse(HEAD + row(HOST + ":9C40", HOST + ":1F90", "05", 0, 0));

        assertThat(table.owner(CLIENT, SERVER)).isEmpty();
    }

    @Test
    void whoListensIsNoEndOfAConnection() throws Exception {
        SocketTable table = SocketTable.parse(HEAD + row(HOST + ":1F90", "00000000:0000", "0A", 1000, 9));

        assertThat(table.listener(8080)).hasValue(1000);
        assertThat(table.listener(8081)).isEmpty();
        assertThat(table.owner(SERVER, CLIENT)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theTableOfTheSystemTellsThatOurConnectionsAreOurs() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            SocketTable table = SocketTable.read();

            assertThat(SocketTable.exists()).isTrue();
            assertThat(table.listener(server.getLocalPort())).hasValue(LocalUser.uid());
            assertThat(table.owner((InetSocketAddress) client.getLocalSocketAddress(),
                    (InetSocketAddress) client.getRemoteSocketAddress())).hasValue(LocalUser.uid());
            assertThat(accepted.isConnected()).isTrue();
        }
    }
}
