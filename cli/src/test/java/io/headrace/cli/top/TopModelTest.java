package io.headrace.cli.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.headrace.cli.terminal.LiveScreen;
import io.headrace.cli.top.TopModel.Act;
import io.headrace.cli.top.TopModel.Action;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the keys of {@code headrace top} do. */
final class TopModelTest {
    private final TopStage stage = new TopStage();
    private final TopModel model = stage.model;

    private void threeQueues(int a, int b, int c) {
        stage.queue("a", false, a, "1s", 0, 0, 0).queue("b", true, b, "2s", 0, 0, 0).queue("c", false, c, "3s", 0, 0, 0)
                .worker("w-1", "alpha", "running", 2, Duration.ofSeconds(5))
                .worker("w-2", "beta", "quiet", 1, Duration.ofSeconds(50)).told().after(Duration.ofSeconds(1));
    }

    private List<String> order() {
        return model.queues().rows().stream().map(view -> view.row().name()).toList();
    }

    private String selected() {
        return model.queues().selected().orElseThrow().row().name();
    }

    @Test
    void sAndTheAnglesChooseTheColumnAndRTurnsTheOrder() {
        threeQueues(5, 9, 1);
        assertThat(order()).containsExactly("a", "b", "c");
        stage.press("s");
        assertThat(order()).containsExactly("b", "a", "c");
        stage.press("r");
        assertThat(order()).containsExactly("c", "a", "b");
        stage.press("<");
        assertThat(order()).containsExactly("a", "b", "c");
        stage.press("<");
        assertThat(model.queues().columns().get(model.queues().sortedBy()).heading()).isEqualTo("WRK");
        stage.press(">");
        assertThat(model.queues().sortedBy()).isZero();
    }

    @Test
    void theSelectionStaysOnItsQueueWhileRowsMove() {
        threeQueues(5, 9, 1);
        stage.press("s");
        assertThat(order()).containsExactly("b", "a", "c");
        assertThat(selected()).isEqualTo("a");
        threeQueues(50, 9, 1);
        assertThat(order()).containsExactly("a", "b", "c");
        assertThat(selected()).isEqualTo("a");
        stage.queue("c", false, 1, "3s", 0, 0, 0).told();
        assertThat(selected()).isEqualTo("c");
        stage.press(LiveScreen.DOWN, LiveScreen.UP, LiveScreen.END, LiveScreen.HOME);
        assertThat(selected()).isEqualTo("c");
    }

    @Test
    void pAsksAndOnlyYDoesIt() {
        threeQueues(5, 9, 1);
        assertThat(model.press("p")).isEmpty();
        assertThat(stage.picture(80, 24).get(23)).isEqualTo("pause queue 'a'? [y/N]");
        assertThat(model.press("n")).isEmpty();
        assertThat(stage.picture(80, 24).get(23)).isEqualTo("nothing was done");
        stage.press("p");
        assertThat(model.press("y")).contains(new Action(Act.PAUSE, "a"));
        stage.press("j", "p");
        assertThat(model.press("Y")).contains(new Action(Act.RESUME, "b"));
        model.done("queue 'b' is open");
        assertThat(stage.picture(80, 24).get(23)).isEqualTo("queue 'b' is open");
        assertThat(stage.press("k").picture(80, 24).get(23)).startsWith("q quit");
    }

    @Test
    void amongWorkersPMeansQuiet() {
        threeQueues(5, 9, 1);
        stage.press(LiveScreen.TAB, "p");
        assertThat(model.press("y")).contains(new Action(Act.QUIET, "w-1"));
        stage.press("j", "p");
        assertThat(model.press("y")).contains(new Action(Act.WAKE, "w-2"));
        stage.press("w");
        assertThat(model.panel()).isEqualTo(TopModel.Panel.QUEUES);
    }

    @Test
    void workersAreSortedByTheirLongestJobToo() {
        threeQueues(5, 9, 1);
        stage.press(LiveScreen.TAB, "<");

        assertThat(model.workers().rows()).extracting(TopSnapshot.WorkerRow::id).containsExactly("w-2", "w-1");
    }

    @Test
    void theFilterIsTypedAndEscapeShowsAllAgain() {
        threeQueues(5, 9, 1);
        stage.press("/", "b", "q");
        assertThat(model.over()).isFalse();
        assertThat(order()).isEmpty();
        stage.press(LiveScreen.BACKSPACE);
        assertThat(order()).containsExactly("b");
        assertThat(stage.picture(80, 24).get(23)).isEqualTo("filter: b_   (Enter keeps it, Esc shows all)");
        stage.press(LiveScreen.ENTER, "j");
        threeQueues(6, 9, 1);
        assertThat(order()).containsExactly("b");
        stage.press(LiveScreen.ESCAPE);
        assertThat(order()).containsExactly("a", "b", "c");
    }

    @Test
    void helpCoversTheListsUntilAnyKey() {
        threeQueues(5, 9, 1);

        assertThat(stage.press("?").picture(80, 24)).anyMatch(line -> line.contains("freeze the picture"))
                .noneMatch(line -> line.startsWith(">a")).allMatch(line -> line.length() <= 80);
        assertThat(stage.press("q").picture(80, 24)).anyMatch(line -> line.startsWith(">a"));
        assertThat(model.over()).isFalse();
    }

    @Test
    void qAndCtrlCEndIt() {
        assertThat(new TopStage().press("q").model.over()).isTrue();
        assertThat(new TopStage().press("?", LiveScreen.INTERRUPT).model.over()).isTrue();
        assertThat(new TopStage().press("p", "j", "s", "r").model.over()).isFalse();
    }
}
