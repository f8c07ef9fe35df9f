// The large charts, drawn by Chart.js, which is fetched with the first of them.

import { html } from 'lit-html';
import { createRef, ref } from 'lit-html/directives/ref.js';
import { now } from './clock.js';
import { rate, short } from './format.js';
import { colour, onTheme } from './theme.js';

let loading = null;

/** Chart.js is an old-style script that leaves its constructor in the global scope. Null while the server is away. */
const chartJs = () => loading ??= import('chart.js').then(() => globalThis.Chart, () => {
    loading = null; // the next chart that is fed asks again
    return null;
});

const dayText = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** The time of day, and the day where there are several. */
const timeText = (ms, secondsShown, days) => `${days ? `${dayText.format(ms)} ` : ''}${new Date(ms).toTimeString().slice(0, secondsShown ? 8 : 5)}`;

/** Whether times are of more than one day, or of another than this one. */
const ofDays = times => times.length > 0
    && (new Date(times[0]).toDateString() !== new Date(now()).toDateString() || new Date(times[0]).toDateString() !== new Date(times.at(-1)).toDateString());

/** What stands below a point: nothing where it would read as what stands below the one before. */
function timeTick(axis, at, label) {
    const text = label(axis.getLabelForValue(at));
    return at > 0 && text === label(axis.getLabelForValue(at - 1)) ? null : text;
}

/** A mark of the value axis, with as many digits as tell it from its neighbours. */
function valueTick(value, ticks) {
    const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) : 1;
    return step >= 1 ? short(value) : value.toFixed(Math.ceil(-Math.log10(step) - 1e-9)).replace('-', '\u2212');
}

/** @param whole whether the values are numbers of things, of which there are no halves */
function options(stacked, { secondsShown = false, whole = true }) {
    const text = { color: colour('--muted'), font: { family: getComputedStyle(document.body).fontFamily, size: 11 } };
    const label = function (ms) { return timeText(ms, secondsShown, ofDays(this.chart.data.labels)); };
    return {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        layout: { padding: 0 },
        scales: {
            x: {
                stacked, grid: { display: false }, border: { color: colour('--line') },
                ticks: { ...text, maxRotation: 0, autoSkipPadding: 24, callback(at) { return timeTick(this, at, label.bind(this)); } },
            },
            y: {
                stacked, beginAtZero: true, border: { display: false }, grid: { color: colour('--line') },
                ticks: { ...text, maxTicksLimit: 5, precision: whole ? 0 : undefined, callback: (value, _, ticks) => valueTick(value, ticks) },
                afterFit: axis => { axis.width = 52; }, // so that charts below each other line up
            },
        },
        plugins: {
            legend: { display: false },
            tooltip: {
                backgroundColor: colour('--raised'), titleColor: colour('--text'), bodyColor: colour('--text'),
                borderColor: colour('--line-strong'), borderWidth: 1, padding: 8, boxPadding: 4,
                callbacks: {
                    title: items => items.length ? label.call(items[0], Number(items[0].label)) : '',
                    label: item => ` ${item.dataset.label}: ${rate(item.parsed.y)}`,
                },
            },
        },
    };
}

function dataset(kind, { label, tone, values }) {
    const shade = colour(tone);
    return kind === 'bar'
        ? { label, data: values, backgroundColor: shade, barPercentage: 1, categoryPercentage: 0.86 }
        : {
            label, data: values, borderColor: shade, borderWidth: 1.5, pointRadius: 0, fill: 'origin',
            backgroundColor: `${shade}22`,
        };
}

/**
 * A chart that can be fed: `feed(times, series)` with epoch milliseconds and rows of `{label, tone, values}`; `view(label)` is
 * where it is. Its values are whole numbers unless `whole` is false.
 */
export function chart(kind, shape = {}) {
    const canvas = createRef();
    let drawn = null;
    let fed = null;
    let closed = false;

    async function make() {
        const Chart = await chartJs();
        if (Chart && !drawn && !closed && canvas.value?.isConnected) {
            drawn = new Chart(canvas.value, {
                type: kind, data: { labels: [], datasets: [] }, options: options(kind === 'bar', shape),
            });
            show();
        }
    }

    function show() {
        if (!drawn) {
            make();
        } else if (fed) {
            drawn.data.labels = fed.times;
            drawn.data.datasets = fed.series.map(each => dataset(kind, each));
            drawn.update('none');
        }
    }

    const unthemed = onTheme(() => {
        if (drawn) {
            drawn.options = options(kind === 'bar', shape);
            show();
        }
    });

    return {
        feed(times, series) {
            fed = { times, series };
            show();
        },
        view: label => html`<div class="chart"><canvas ${ref(canvas)} role="img" aria-label=${label}></canvas></div>`,
        close() {
            closed = true;
            unthemed();
            drawn?.destroy();
            drawn = null;
        },
    };
}

/** What the colours of a chart mean. */
export const legend = entries => html`<ul class="legend">${entries.map(({ label, tone }) => html`
    <li><span class="swatch ${tone.slice(2)}"></span>${label}</li>`)}</ul>`;
