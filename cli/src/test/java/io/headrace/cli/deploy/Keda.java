package io.headrace.cli.deploy;

import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBehavior;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The objects of KEDA 2 that are used, with the fields that its definitions give them. */
final class Keda {
    private Keda() {}

    record Metadata(String name, @Nullable String namespace) {}

    record ScaledObject(String apiVersion, String kind, Metadata metadata, Spec spec) {
        record Spec(@Nullable Target scaleTargetRef, @Nullable Integer pollingInterval,
                @Nullable Integer cooldownPeriod,
                @Nullable Integer initialCooldownPeriod, @Nullable Integer idleReplicaCount,
                @Nullable Integer minReplicaCount, @Nullable Integer maxReplicaCount, @Nullable Fallback fallback,
                @Nullable Advanced advanced, List<Trigger> triggers) {}

        record Target(@Nullable String apiVersion, @Nullable String kind, String name,
                @Nullable String envSourceContainerName) {}

        record Fallback(int failureThreshold, int replicas) {}

        record Advanced(@Nullable Boolean restoreToOriginalReplicaCount,
                @Nullable Config horizontalPodAutoscalerConfig) {}

        record Config(@Nullable String name, @Nullable HorizontalPodAutoscalerBehavior behavior) {}

        record Trigger(String type, @Nullable String name, @Nullable String metricType,
                @Nullable Boolean useCachedMetrics,
                Map<String, String> metadata, @Nullable Reference authenticationRef) {}

        record Reference(String name, @Nullable String kind) {}
    }

    record TriggerAuthentication(String apiVersion, String kind, Metadata metadata, Secrets spec) {
        record Secrets(List<SecretTarget> secretTargetRef) {}

        record SecretTarget(String parameter, String name, String key) {}
    }
}
