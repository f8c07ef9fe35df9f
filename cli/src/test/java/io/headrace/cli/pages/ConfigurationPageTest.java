package io.headrace.cli.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.InvalidInput;
import io.headrace.cli.settings.EffectiveSettings;
import io.headrace.config.Setting;
import io.headrace.redis.config.RedisSettings;
import io.headrace.worker.WorkerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ConfigurationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");
    private static final String UPDATE = "mvn -B -ntp -pl cli -am test -Dtest=ConfigurationPageTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dheadrace.update-docs";

    @Test
    void thePageSaysWhatTheSettingsAre() throws IOException {
        if (System.getProperty("headrace.update-docs") != null) {
            Files.writeString(PAGE, ConfigurationPage.text());
        }
        assertThat(PAGE).as("stale; make it anew with: " + UPDATE).hasContent(ConfigurationPage.text());
    }

    @Test
    void everySettingHasADefaultThatIsAllowedAndANameOfItsOwn() {
        List<Setting<?>> all = EffectiveSettings.BY_ROLE.values().stream().flatMap(List::stream).toList();

        assertThat(all).extracting(Setting::variable).doesNotHaveDuplicates();
        assertThat(all).allSatisfy(setting -> assertThat(setting.fallbackValue()).isNotNull());
    }

    @Test
    void anUnknownVariableIsRefusedWithTheNearestName() {
        assertThatThrownBy(() -> new EffectiveSettings(Map.of("HEADRACE_WORKER_SLOT", "5", "PATH", "/bin")))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("HEADRACE_WORKER_SLOT")
                .hasMessageContaining("did you mean 'HEADRACE_WORKER_SLOTS'?");
    }

    @Test
    void noSecretIsShown() {
        EffectiveSettings settings = new EffectiveSettings(Map.of("HEADRACE_REDIS", "redis://me:hunter2@127.0.0.1:6379",
                "HEADRACE_API_KEYS", "open-sesame", "HEADRACE_API_KEY", "open-sesame"));
        String shown = settings.describe(EffectiveSettings.BY_ROLE.entrySet().stream()
                .filter(role -> !role.getKey().equals("The command")).map(Map.Entry::getValue).toList());

        assertThat(shown).contains("redis=redis://127.0.0.1:6379").doesNotContain("hunter2").doesNotContain("sesame");
        assertThatThrownBy(() -> new EffectiveSettings(Map.of("HEADRACE_REDIS", "http://me:hunter2@127.0.0.1"))
                .get(RedisSettings.URL)).hasMessageContaining("HEADRACE_REDIS")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void aFlagOverridesTheEnvironmentAndIsBlamedByItsOwnName() {
        EffectiveSettings settings = new EffectiveSettings(Map.of("HEADRACE_WORKER_SLOTS", "5"));

        assertThat(settings.get(WorkerSettings.SLOTS)).isEqualTo(5);
        assertThat(settings.flag("--slots", WorkerSettings.SLOTS, "7")
                .get(WorkerSettings.SLOTS)).isEqualTo(7);
        assertThatThrownBy(() -> settings.flag("--slots", WorkerSettings.SLOTS, "many"))
                .hasMessage("--slots must be 1 to 20000, was 'many'");
    }
}
