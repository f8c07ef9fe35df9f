package io.headrace.redis.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.OutcomeUnknown;
import io.headrace.Priority;
import io.headrace.broker.BrokerObserver;
import io.headrace.broker.ClaimRequest;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.MoveResult;
import io.headrace.broker.WriteResult;
import io.headrace.redis.CorruptionSteps;
import io.headrace.redis.LossyProxy;
import io.headrace.redis.RedisBroker;
import io.headrace.redis.config.RedisConfig;
import io.headrace.redis.connection.Script;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls that Redis carried out, whose answers got lost with their connection. */
final class LostAnswersTest extends CorruptionSteps {
    @Test
    void whatALargeClaimLeasedInItsSecondHalfIsToldByTheNextWhenTheAnswerGotLost() throws IOException {
        List<JobId> sent = Stream.generate(this::submit).limit(40).toList();
        try (LossyProxy proxy = new LossyProxy(config.nodes().iterator().next().getPort(), "$10\r\nXREADGROUP\r\n");
                RedisBroker far = RedisBroker.connect(
                        RedisConfig.parse("redis://127.0.0.1:" + proxy.port()).withPrefix(prefix),
                        BrokerObserver.NONE)) {
            ClaimRequest request = new ClaimRequest(QUEUE, ANN, 50, LEASE, List.of(Priority.values()));
            List<ClaimedJob> first = far.claim(request).jobs();
            assertThat(proxy.lost()).isEqualTo(1);
            List<ClaimedJob> second = far.claim(request).jobs();
            assertThat(first).isNotEmpty().hasSizeLessThan(40);
            assertThat(Stream.of(first, second).flatMap(List::stream)).extracting(job -> job.lease().job())
                    .containsExactlyElementsOf(sent);
            assertThat(second).allSatisfy(job -> {
                assertThat(job.lease().attempt()).isEqualTo(1);
                assertThat(settle(success(job))).isEqualTo(WriteResult.RECORDED);
            });
            assertThat(far.claim(request).jobs()).isEmpty();
        }
    }

    /** Redis was stopped, and reads what was sent to it on a connection that has been given up when it goes on. */
    @Test
    void whatALateClaimLeasesBetweenAskingAndClaimingIsToldAll() throws IOException {
        try (LossyProxy proxy = new LossyProxy(config.nodes().iterator().next().getPort(), Script.CLAIM);
                RedisBroker far = RedisBroker.connect(
                        RedisConfig.parse("redis://127.0.0.1:" + proxy.port()).withPrefix(prefix),
                        BrokerObserver.NONE)) {
            ClaimRequest request = new ClaimRequest(QUEUE, ANN, 3, LEASE, List.of(Priority.values()));
            submit();
            settle(success(broker.claim(request).jobs().get(0))); // the queue is there, and the scripts
            assertThatThrownBy(() -> far.claim(request)).isInstanceOf(OutcomeUnknown.class);
            List<JobId> sent = Stream.generate(this::submit).limit(6).toList();
            proxy.beforeNext(() -> assertThat(broker.claim(request).jobs()).hasSize(3));

            List<ClaimedJob> told = new ArrayList<>();
            while (told.addAll(far.claim(request).jobs())) {
                // the rest
            }

            assertThat(told).extracting(job -> job.lease().job()).containsExactlyInAnyOrderElementsOf(sent);
            assertThat(told).allSatisfy(job -> assertThat(settle(success(job))).isEqualTo(WriteResult.RECORDED));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"QUEUED", "SCHEDULED"})
    void aCancellationWhoseAnswerGotLostIsDoneAllTheSame(JobState state) throws IOException {
        JobId id = state == JobState.QUEUED ? submit() : scheduled();
        try (LossyProxy proxy = new LossyProxy(config.nodes().iterator().next().getPort(), Script.CANCEL);
                RedisBroker far = RedisBroker.connect(
                        RedisConfig.parse("redis://127.0.0.1:" + proxy.port()).withPrefix(prefix),
                        BrokerObserver.NONE)) {
            far.find(id); // the scripts are known from here on
            assertThat(far.jobs().cancel(id)).isEqualTo(MoveResult.DONE);
            assertThat(proxy.lost()).isEqualTo(1);
            assertThat(far.jobs().cancel(id)).isEqualTo(MoveResult.WRONG_STATE);
        }
        assertThat(find(id).state()).isEqualTo(JobState.CANCELLED);
    }
}
