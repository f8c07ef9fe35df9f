package io.headrace.cli.settings;

import io.headrace.Durations;
import io.headrace.InvalidInput;
import io.headrace.api.ApiSettings;
import io.headrace.config.Setting;
import io.headrace.redaction.Redactor;
import io.headrace.redis.config.RedisSettings;
import io.headrace.worker.WorkerSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The settings of one server process: its environment, with its flags laid over. Not thread-safe. */
public final class EffectiveSettings {
    /** What the API and workers have in common. */
    public static final List<Setting<?>> SHARED = List.of(Redactor.SETTING);

    /** Every setting there is, by the heading under which it is documented. */
    public static final Map<String, List<Setting<?>>> BY_ROLE = byRole();

    private final Map<String, String> environment;
    /** By variable, the flag that was laid over it. */
    private final Map<String, String> flags = new HashMap<>();

    /** @throws InvalidInput naming a variable {@code HEADRACE_…} that no setting knows, and the nearest one */
    public EffectiveSettings(Map<String, String> process) {
        Setting.refuseUnknown(process, BY_ROLE.values().stream().flatMap(List::stream).toList());
        this.environment = new HashMap<>(process);
    }

    private static Map<String, List<Setting<?>>> byRole() {
        Map<String, List<Setting<?>>> byRole = new LinkedHashMap<>();
        byRole.put("The command", ClientSettings.ALL);
        byRole.put("Redis", RedisSettings.ALL);
        byRole.put("The API and the worker", SHARED);
        byRole.put("The API", ApiSettings.ALL);
        byRole.put("The worker", WorkerSettings.ALL);
        return byRole;
    }

    /**
     * Lays a flag over the environment.
     *
     * @param text null when the flag was not given
     * @throws InvalidInput naming the flag, when its value is not allowed
     */
    public EffectiveSettings flag(String flag, Setting<?> setting, @Nullable String text) {
        if (text != null) {
            try {
                setting.from(Map.of(setting.variable(), text));
            } catch (InvalidInput e) {
                throw new InvalidInput(flag, e.problem());
            }
            environment.put(setting.variable(), text);
            flags.put(setting.variable(), flag);
        }
        return this;
    }

    /** The same, of the flag if the value that it blames was given by one. */
    public InvalidInput blame(InvalidInput e) {
        String flag = flags.get(e.field());
        return flag == null ? e : new InvalidInput(flag, e.problem());
    }

    /** @throws InvalidInput naming the variable, when its value is not allowed */
    public <T> T get(Setting<T> setting) {
        return setting.from(environment);
    }

    public boolean isSet(Setting<?> setting) {
        return environment.containsKey(setting.variable());
    }

    public Map<String, String> environment() {
        return environment;
    }

    /**
     * {@code name=value} of all settings of some roles, in the form in which they hold: secrets do not print
     * themselves.
     */
    public String describe(List<List<Setting<?>>> roles) {
        return String.join(" ", roles.stream().flatMap(List::stream)
                .map(setting -> setting.name() + "=" + shown(get(setting))).toList());
    }

    private static String shown(Object value) {
        if (value instanceof Optional<?> optional) {
            return optional.map(EffectiveSettings::shown).orElse("none");
        }
        return value instanceof Duration duration ? Durations.format(duration) : value.toString();
    }
}
