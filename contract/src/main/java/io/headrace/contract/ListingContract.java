package io.headrace.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headrace.Failure;
import io.headrace.InvalidInput;
import io.headrace.Job;
import io.headrace.JobId;
import io.headrace.JobState;
import io.headrace.JobType;
import io.headrace.NewJob;
import io.headrace.Priority;
import io.headrace.broker.ClaimedJob;
import io.headrace.broker.DeadJob;
import io.headrace.broker.JobPage;
import io.headrace.broker.JobQuery;
import io.headrace.broker.LinePosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of jobs by state. */
abstract class ListingContract extends ContractSteps {
    private static final int MANY = 25;

    private JobQuery query(JobState state, @Nullable String cursor, int limit) {
        return new JobQuery(queue, state, null, null, cursor, limit);
    }

    /** Every page from the first to the last. */
    private List<Job> all(Function<@Nullable String, JobQuery> query) {
        List<Job> jobs = new ArrayList<>();
        String cursor = null;
        for (int page = 0; page < 100; page++) {
            JobQuery asked = query.apply(cursor);
            JobPage<Job> answer = jobs().list(asked);
            assertThat(answer.jobs()).hasSizeLessThanOrEqualTo(asked.limit());
            jobs.addAll(answer.jobs());
            if (answer.next().isEmpty()) {
                return jobs;
            }
            cursor = answer.next().orElseThrow();
        }
        throw new AssertionError("no end after 100 pages");
    }

    /** Brings {@value #MANY} jobs into a state, and one into each of some others. */
    private List<JobId> make(JobState state) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            ids.add(make(state, job()));
            fixture().tick();
        }
        if (state != JobState.QUEUED) {
            send(job());
        }
        if (state != JobState.SCHEDULED) {
            send(job().delay(LONG));
        }
        return ids;
    }

    private JobId make(JobState state, NewJob.Builder job) {
        return switch (state) {
            case QUEUED -> send(job);
            case SCHEDULED -> send(job.delay(LONG));
            case RUNNING -> running(job, ann).lease().job();
            case RETRYING -> retrying(job);
            case PARKED -> parked(job);
            case DEAD -> dead(job);
            case SUCCEEDED -> succeeded(job);
            case EXPIRED, CANCELLED -> {
                ClaimedJob claimed = running(job, ann);
                settle(end(claimed, state));
                yield claimed.lease().job();
            }
        };
    }

    @ParameterizedTest
    @EnumSource(JobState.class)
    void pagesShowEveryJobOfTheStateOnceAndNoOther(JobState state) {
        List<JobId> ids = make(state);
        List<Job> listed = all(cursor -> query(state, cursor, 10));
        assertThat(listed).extracting(Job::id).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(listed).allSatisfy(job -> {
            assertThat(job.state()).isEqualTo(state);
            assertThat(job).usingRecursiveComparison().withComparatorForType(BY_THE_CLOCK, Instant.class)
                    .isEqualTo(find(job.id()));
        });
        assertThat(all(cursor -> query(state, cursor, 1000))).hasSize(MANY);
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"QUEUED", "RUNNING", "SCHEDULED", "DEAD", "SUCCEEDED"})
    void aPageOfLargeJobsEndsAtAMebibyteAndTheNextGoesOn(JobState state) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            ids.add(make(state, NewJob.of(queue.value(), "large", "x".repeat(200_000))));
            fixture().tick();
        }
        List<Job> seen = new ArrayList<>();
        String cursor = null;
        do {
            JobPage<Job> page = jobs().list(query(state, cursor, 1000));
            assertThat(page.jobs()).as("jobs of 200,000 bytes in a page").hasSizeLessThanOrEqualTo(6);
            seen.addAll(page.jobs());
            cursor = page.next().orElse(null);
        } while (cursor != null);
        assertThat(seen).extracting(Job::id).containsExactlyInAnyOrderElementsOf(ids);
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"QUEUED", "RUNNING"})
    void whatIsInLineOrRunsComesInTheOrderOfDelivery(JobState state) {
        List<JobId> ids = make(state);
        assertThat(all(cursor -> query(state, cursor, 4))).extracting(Job::id).isEqualTo(ids);
    }

    @ParameterizedTest
    @EnumSource(value = JobState.class, names = {"SCHEDULED", "RETRYING", "PARKED"})
    void whatRestsComesSoonestFirst(JobState state) {
        make(state);
        List<Instant> due = all(cursor -> query(state, cursor, 4)).stream().map(Job::runAt).toList();
        assertThat(due).isSortedAccordingTo(Comparator.naturalOrder());
    }

    @Test
    void deadJobsComeNewestFirst() {
        List<JobId> ids = new ArrayList<>(make(JobState.DEAD));
        Collections.reverse(ids);
        assertThat(all(cursor -> query(JobState.DEAD, cursor, 4))).extracting(Job::id).isEqualTo(ids);
    }

    @Test
    void cancelledJobsAreListedWhereverTheyWereCancelled() {
        JobId retrying = retrying(job());
        JobId inLine = send(job());
        JobId alsoInLine = send(job());
        JobId resting = send(job().delay(LONG));
        jobs().cancel(retrying);
        jobs().cancel(inLine);
        jobs().cancel(alsoInLine);
        jobs().cancel(resting);
        assertThat(all(cursor -> query(JobState.CANCELLED, cursor, 2))).extracting(Job::id)
                .containsExactlyInAnyOrder(inLine, alsoInLine, resting, retrying);
        assertThat(all(cursor -> query(JobState.QUEUED, cursor, 2))).isEmpty();
    }

    @Test
    void releasedJobsAreListedInLineOnce() {
        List<JobId> ids = send(4);
        settle(release(claimOne(ann)));
        claim(ann, 2);
        settle(release(claimOne(bob)));
        assertThat(all(cursor -> query(JobState.QUEUED, cursor, 1))).extracting(Job::id)
                .containsExactlyInAnyOrder(ids.get(2), ids.get(3));
        assertThat(all(cursor -> query(JobState.RUNNING, cursor, 1))).extracting(Job::id)
                .containsExactlyInAnyOrder(ids.get(0), ids.get(1));
    }

    @ParameterizedTest
    @EnumSource(JobState.class)
    void aFilterByTypeShowsThatTypeOnly(JobState state) {
        List<JobId> wanted = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            make(state, job("mail"));
            wanted.add(make(state, job("report.pdf")));
        }
        JobType type = new JobType("report.pdf");
        assertThat(all(cursor -> new JobQuery(queue, state, type, null, cursor, 2))).extracting(Job::id)
                .containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void aFilterByErrorLooksForTextAndIgnoresCase() {
        ClaimedJob io = running(ann);
        settle(bury(io, "java.io.IOException"));
        ClaimedJob exit = running(ann);
        settle(bury(exit, "exit_1"));
        assertThat(byError("ioexc")).containsExactly(io.lease().job());
        assertThat(byError("EXIT_")).containsExactly(exit.lease().job());
        assertThat(byError("timeout")).isEmpty();
    }

    private List<JobId> byError(String error) {
        return all(cursor -> new JobQuery(queue, JobState.DEAD, null, error, cursor, 10)).stream().map(Job::id)
                .toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nonsense", "17", "a:b:c:d", "queued:x:y:z", "∞"})
    void aCursorFromNowhereIsRefused(String cursor) {
        send(job());
        for (JobState state : JobState.values()) {
            assertThatThrownBy(() -> jobs().list(query(state, cursor, 10))).as(state.label())
                    .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.field()).isEqualTo("cursor"));
        }
    }

    @Test
    void aCursorOfAnotherStateIsRefused() {
        send(3);
        String cursor = jobs().list(query(JobState.QUEUED, null, 1)).next().orElseThrow();
        assertThatThrownBy(() -> jobs().list(query(JobState.DEAD, cursor, 10))).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aQueueThatNobodyEverUsedHasEmptyPages() {
        for (JobState state : JobState.values()) {
            JobPage<Job> page = jobs().list(query(state, null, 10));
            assertThat(page.jobs()).isEmpty();
            assertThat(page.next()).isEmpty();
        }
    }

    @Test
    void jobsThatStayAreListedOnceWhileOthersComeAndGo() {
        List<JobId> ids = send(30);
        List<JobId> listed = new ArrayList<>();
        JobPage<Job> page = jobs().list(query(JobState.QUEUED, null, 10));
        page.jobs().forEach(job -> listed.add(job.id()));
        claim(ann, 5);
        send(5);
        while (page.next().isPresent()) {
            page = jobs().list(query(JobState.QUEUED, page.next().orElseThrow(), 10));
            page.jobs().forEach(job -> listed.add(job.id()));
        }
        assertThat(listed).doesNotHaveDuplicates().containsAll(ids.subList(5, 30));
    }

    @ParameterizedTest
    @EnumSource(JobState.class)
    void aTimeFilterTakesFromOneInstantToBeforeAnother(JobState state) {
        few(state);
        Instant from = queues().time(queue);
        fixture().tick();
        List<JobId> wanted = few(state);
        Instant to = queues().time(queue);
        fixture().tick();
        few(state);
        Instant due = find(wanted.get(0)).runAt();
        Instant last = find(wanted.get(4)).runAt();
        Instant first = due == null ? from : due;
        Instant end = last == null ? to : last.plusMillis(1);
        for (int limit : new int[]{2, 1000}) {
            assertThat(all(cursor -> new JobQuery(queue, state, null, null, first, end, cursor, limit)))
                    .extracting(Job::id).containsExactlyInAnyOrderElementsOf(wanted);
        }
        assertThat(all(cursor -> new JobQuery(queue, state, null, null, first, null, cursor, 3))).hasSize(10);
        assertThat(all(cursor -> new JobQuery(queue, state, null, null, null, end, cursor, 3))).hasSize(10);
        assertThat(all(cursor -> new JobQuery(queue, state, null, null, null, Instant.EPOCH.plusMillis(1), cursor, 10)))
                .isEmpty();
        assertThat(all(cursor -> new JobQuery(queue, state, null, null, Instant.parse("9000-01-01T00:00:00Z"), null,
                cursor, 10))).isEmpty();
    }

    private List<JobId> few(JobState state) {
        List<JobId> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(make(state, job()));
            fixture().tick();
        }
        return ids;
    }

    @Test
    void aTimeFilterWorksWithTypeAndError() {
        Instant from = queues().time(queue);
        JobId wanted = dead(job("report.pdf"));
        dead(job("mail"));
        assertThat(
                all(cursor -> new JobQuery(queue, JobState.DEAD, new JobType("report.pdf"), "boom", from, null, cursor,
                        10)))
                .extracting(Job::id).containsExactly(wanted);
    }

    @Test
    void aTimeFilterThatEndsBeforeItBeginsIsRefused() {
        Instant now = queues().time(queue);
        assertThatThrownBy(() -> new JobQuery(queue, JobState.DEAD, null, null, now, now, null, 10))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.field()).isEqualTo("to"));
    }

    @Test
    void deadJobsInBriefAreThoseOfTheList() {
        List<JobId> ids = new ArrayList<>(make(JobState.DEAD));
        Collections.reverse(ids);
        List<DeadJob> seen = new ArrayList<>();
        String cursor = null;
        do {
            JobPage<DeadJob> page = jobs().dead(queue, cursor, 3);
            assertThat(page.jobs()).hasSizeLessThanOrEqualTo(3);
            seen.addAll(page.jobs());
            cursor = page.next().orElse(null);
        } while (cursor != null);
        assertThat(seen).extracting(DeadJob::id).isEqualTo(ids);
        assertThat(seen).allSatisfy(job -> {
            assertThat(job.cause().type()).isEqualTo(new JobType("mail"));
            assertThat(job.cause().error()).isEqualTo(new Failure("Boom", "it failed", null));
            assertThat(job.diedAt()).isBetween(job.id().createdAt(), queues().time(queue).plusMillis(2));
        });
        assertThat(jobs().dead(newQueue(), null, 10).jobs()).isEmpty();
        assertThatThrownBy(() -> jobs().dead(queue, "nonsense", 10)).isInstanceOf(InvalidInput.class);
    }

    @Test
    void aPlaceInLineCountsThoseOfTheSameLevelAhead() {
        List<JobId> ids = send(5);
        JobId urgent = send(job().priority(Priority.HIGH));
        for (int i = 0; i < 5; i++) {
            assertThat(jobs().position(ids.get(i))).contains(new LinePosition(i, false));
        }
        assertThat(jobs().position(urgent)).contains(new LinePosition(0, false));
        assertThat(claimOne(ann).lease().job()).isEqualTo(urgent);
        ClaimedJob first = claimOne(ann);
        assertThat(jobs().position(ids.get(0))).isEmpty();
        assertThat(jobs().position(ids.get(4))).contains(new LinePosition(3, false));
        settle(release(first));
        assertThat(jobs().position(ids.get(0))).contains(new LinePosition(0, false));
        assertThat(jobs().position(ids.get(4))).contains(new LinePosition(4, false));
        assertThat(jobs().position(send(job().delay(LONG)))).isEmpty();
        assertThat(jobs().position(new JobId(newQueue(), Priority.NORMAL, false, 1, 0))).isEmpty();
    }

    @Test
    void aPlaceFarBehindIsNotFarOff() {
        List<JobId> ids = send(2_500);
        assertThat(jobs().position(ids.get(999))).contains(new LinePosition(999, false));
        LinePosition last = jobs().position(ids.get(2_499)).orElseThrow();
        assertThat(last.ahead()).isBetween(2_400L, 2_499L);
        LinePosition middle = jobs().position(ids.get(1_750)).orElseThrow();
        assertThat(middle.ahead()).isBetween(1_000L, 2_499L);
    }
}
