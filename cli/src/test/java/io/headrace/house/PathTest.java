package io.headrace.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaMethodReference;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How far it is from a request that has been read to the bytes that Redis gets, and from a claim to its script: the way
 * is written down here, each step calls the next, and nobody makes it longer without seeing it. A step that ends with
 * {@code ->} hands over to the thread of the next.
 */
@AnalyzeClasses(packages = "io.headrace", importOptions = DoNotIncludeTests.class)
final class PathTest {
    private static final int STEPS = 10;
    private static final List<String> FROM_A_REQUEST_TO_REDIS = List.of(
            "api.submit.EnqueueCall.submit",
            "redis.RedisBroker.enqueue",
            "redis.jobs.Enqueuer.enqueue",
            "redis.connection.Pipelines.add",
            "redis.connection.Pipeline.add ->",
            "redis.connection.Pipeline.loop ->",
            "redis.jobs.Enqueuer.flush",
            "redis.jobs.Enqueuer.send",
            "redis.connection.Redis.exchange",
            "redis.connection.Redis.send");
    private static final List<String> FROM_A_CLAIM_TO_ITS_SCRIPT = List.of(
            "worker.claims.ClaimRounds.claim",
            "redis.RedisBroker.claim",
            "redis.jobs.Claims.claim",
            "redis.jobs.Claims.ask",
            "redis.jobs.LostAnswers.runAll ->",
            "redis.jobs.VerdictWriter.exchange",
            "redis.connection.Redis.exchange",
            "redis.connection.Redis.send");

    @ArchTest
    static void aRequestReachesRedisInTenSteps(JavaClasses classes) {
        assertLeads(classes, FROM_A_REQUEST_TO_REDIS);
    }

    @ArchTest
    static void aClaimReachesItsScriptInTenSteps(JavaClasses classes) {
        assertLeads(classes, FROM_A_CLAIM_TO_ITS_SCRIPT);
    }

    private static void assertLeads(JavaClasses classes, List<String> path) {
        assertThat(path).hasSizeLessThanOrEqualTo(STEPS);
        for (int i = 0; i + 1 < path.size(); i++) {
            String step = path.get(i);
            String next = path.get(i + 1).replace(" ->", "");
            if (!step.endsWith(" ->")) {
                assertThat(calledBy(classes, step)).as(step + " calls " + next)
                        .anyMatch(it -> reaches(classes, it, next));
            }
            assertThat(methods(classes, next)).as(next).isNotEmpty();
        }
    }

    private record Callee(JavaClass owner, String name) {}

    /** What it calls itself or in a lambda, and the methods it refers to. */
    private static Set<Callee> calledBy(JavaClasses classes, String step) {
        return methods(classes, step).flatMap(it -> Stream.concat(
                it.getMethodCallsFromSelf().stream().map(JavaMethodCall::getTarget)
                        .map(to -> new Callee(to.getOwner(), to.getName())),
                it.getMethodReferencesFromSelf().stream().map(JavaMethodReference::getTarget)
                        .map(to -> new Callee(to.getOwner(), to.getName()))))
                .collect(Collectors.toSet());
    }

    /** A call of an interface reaches the class that is behind it. */
    private static boolean reaches(JavaClasses classes, Callee callee, String step) {
        return callee.name().equals(name(step)) && owner(classes, step).isAssignableTo(callee.owner().getName());
    }

    private static Stream<JavaMethod> methods(JavaClasses classes, String step) {
        return owner(classes, step).getMethods().stream().filter(it -> it.getName().equals(name(step)));
    }

    private static JavaClass owner(JavaClasses classes, String step) {
        return classes.get("io.headrace." + step.substring(0, step.lastIndexOf('.')));
    }

    private static String name(String step) {
        return step.substring(step.lastIndexOf('.') + 1).replace(" ->", "");
    }
}
