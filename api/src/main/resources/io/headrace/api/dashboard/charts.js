// The large charts, drawn by Chart.js, which is fetched with the first of them.

import { html } from 'lit-html';
import { createRef, ref } from 'lit-html/directives/ref.js';
import { count, short } from './format.js';
import { colour, onTheme } from './theme.js';

let loading = null;

/** Chart.js is an old-style script that leaves its constructor in the global scope. */
const chartJs = () => loading ??= import('chart.js').then(() => globalThis.Chart);

const clockText = ms => new Date(ms).toTimeString().slice(0, 5);

function options(stacked, secondsShown) {
    const text = { color: colour('--muted'), font: { family: getComputedStyle(document.body).fontFamily, size: 11 } };
    const label = ms => secondsShown ? new Date(ms).toTimeString().slice(0, 8) : clockText(ms);
    return {
        animation: false,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        layout: { padding: 0 },
        scales: {
            x: {
                stacked, grid: { display: false }, border: { color: colour('--line') },
                ticks: { ...text, maxRotation: 0, autoSkipPadding: 24, callback(at) { return label(this.getLabelForValue(at)); } },
            },
            y: {
                stacked, beginAtZero: true, border: { display: false }, grid: { color: colour('--line') },
                ticks: { ...text, maxTicksLimit: 5, callback: value => short(value) },
                afterFit: axis => { axis.width = 52; }, // so that charts below each other line up
            },
        },
        plugins: {
            legend: { display: false },
            tooltip: {
                backgroundColor: colour('--raised'), titleColor: colour('--text'), bodyColor: colour('--text'),
                borderColor: colour('--line-strong'), borderWidth: 1, padding: 8, boxPadding: 4,
                callbacks: {
                    title: items => items.length ? label(Number(items[0].label)) : '',
                    label: item => ` ${item.dataset.label}: ${count(item.parsed.y)}`,
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
 * where it is.
 */
export function chart(kind, { secondsShown = false } = {}) {
    const canvas = createRef();
    let drawn = null;
    let fed = null;
    let closed = false;

    async function make() {
        const Chart = await chartJs();
        if (!drawn && !closed && canvas.value?.isConnected) {
            drawn = new Chart(canvas.value, {
                type: kind, data: { labels: [], datasets: [] }, options: options(kind === 'bar', secondsShown),
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
            drawn.options = options(kind === 'bar', secondsShown);
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
