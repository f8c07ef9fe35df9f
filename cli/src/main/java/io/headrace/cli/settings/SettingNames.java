package io.headrace.cli.settings;

import io.headrace.config.Setting;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Checks whether the variables of a client command's environment are settings. */
public final class SettingNames {
    /** What a handler's command finds in its environment, from where it may well start a client command. */
    private static final Set<String> OF_A_JOB = Set.of("HEADRACE_JOB_ID", "HEADRACE_ATTEMPT", "HEADRACE_FENCING_TOKEN",
            "HEADRACE_QUEUE", "HEADRACE_TYPE");
    private static final Set<String> OF_A_CLIENT = ClientSettings.ALL.stream().map(Setting::variable)
            .collect(Collectors.toUnmodifiableSet());

    private SettingNames() {}

    /** @throws io.headrace.InvalidInput naming the variable and the nearest that there is */
    public static void refuseMisspelt(Map<String, String> environment) {
        List<String> others = environment.keySet().stream().filter(name -> name.startsWith("HEADRACE_"))
                .filter(name -> !OF_A_CLIENT.contains(name) && !OF_A_JOB.contains(name)).toList();
        if (!others.isEmpty()) { // only then are the servers' settings loaded, which takes a while
            new EffectiveSettings(others.stream().collect(Collectors.toMap(name -> name, environment::get)));
        }
    }
}
