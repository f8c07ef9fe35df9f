package io.headrace.api;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NettyTest {
    /** The classes of this program, without those that Netty has had since 4.2: what an application with 4.1 has. */
    private static final class Before42 extends ClassLoader {
        Before42() {
            super(NettyTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("io.netty.channel.IoHandle")) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }

    @Test
    void anApplicationWithTheNettyBeforeOursIsToldWhatToDo() {
        assertThatThrownBy(() -> ApiServer.requireNetty(new Before42())).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("needs Netty 4.2").hasMessageContaining("a process of its own");
        assertThatCode(() -> ApiServer.requireNetty(getClass().getClassLoader())).doesNotThrowAnyException();
    }
}
