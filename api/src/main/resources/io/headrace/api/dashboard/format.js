// Numbers, durations, sizes and times as people read them.

import { html, nothing } from 'lit-html';
import { now } from './clock.js';
import { marked } from './text.js';

const grouped = new Intl.NumberFormat('en-US');
const absolute = new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    timeZoneName: 'short',
});
const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' });
const MINUS = '\u2212';

/** A number of at least 0 as `show` writes it, one below with a minus that is as wide as a plus; what shows as 0 has none. */
function signed(number, show) {
    const shown = show(Math.abs(number));
    return number < 0 && /[1-9]/.test(shown) ? MINUS + shown : shown;
}

/** 1234567 is "1,234,567". */
export const count = number => signed(number, positive => grouped.format(Math.round(positive)));

/** Three digits that mean something, fewer where the last ones are zeros of a whole number. */
const threeDigits = number => {
    const digits = number.toPrecision(3);
    return Number.isInteger(Number(digits)) ? String(Number(digits)) : digits;
};

/** 1234567 is "1.23 M": where space is short. From 10,000 on, as four digits are no longer than what would stand for them. */
export const short = number => signed(number, positive => {
    if (Math.round(positive) < 10000) {
        return count(positive);
    }
    const units = ['k', 'M', 'G', 'T'];
    let scaled = positive / 1000;
    let unit = 0;
    while (unit < units.length - 1 && Number(scaled.toPrecision(3)) >= 1000) {
        scaled /= 1000;
        unit++;
    }
    return `${scaled >= 1000 ? count(scaled) : threeDigits(scaled)} ${units[unit]}`;
});

/** A rate: as many digits as mean something. */
export const rate = number => signed(number, positive => {
    if (Number.isInteger(positive) || Number(positive.toFixed(1)) >= 100) {
        return count(positive);
    }
    const fine = positive.toFixed(2);
    return Number(fine) === 0 ? '0' : Number(fine) >= 10 ? positive.toFixed(1) : fine;
});

/** How fast a number grows or, with a minus, shrinks. */
export const change = perSecond => `${perSecond > 0 && rate(perSecond) !== '0' ? '+' : ''}${rate(perSecond)}`;

/** A size in steps of 1024: "512 B", "1.5 KiB", "640 MiB". */
export const bytes = number => signed(number, positive => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    const digits = (scaled, unit) => scaled.toFixed(unit && Number(scaled.toFixed(1)) < 100 ? 1 : 0);
    let scaled = positive;
    let unit = 0;
    while (unit < units.length - 1 && Number(digits(scaled, unit)) >= 1024) {
        scaled /= 1024;
        unit++;
    }
    return `${digits(scaled, unit)} ${units[unit]}`;
});

const UNITS = [['d', 86400000], ['h', 3600000], ['m', 60000], ['s', 1000]];

/** The two largest units: 3725000 ms is "1h 2m". */
export function duration(ms) {
    if (Math.round(ms) < 1000) {
        return `${Math.max(0, Math.round(ms))} ms`;
    }
    if (Number((ms / 1000).toFixed(1)) < 10) {
        return `${(ms / 1000).toFixed(1)} s`;
    }
    const at = UNITS.findIndex(([, size], unit) => ms >= size || unit === UNITS.length - 1);
    const [unit, size] = UNITS[at];
    const [smaller, smallerSize] = UNITS[at + 1] ?? [];
    const rest = smaller ? Math.floor(ms % size / smallerSize) : 0;
    const whole = Math.max(Math.floor(ms / size), at === 3 ? Math.min(59, Math.round(ms / size)) : 0);
    const first = `${whole}${at === 3 ? ' s' : unit}`;
    return rest ? `${first} ${rest}${smaller}` : first;
}

const SHORT_FORM = /^(\d+)(ms|s|m|h|d)$/;
const ISO_FORM = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** The milliseconds of a duration as the API writes it; 0 when it is none. */
export function durationMs(text) {
    const [, amount, unit] = SHORT_FORM.exec(text ?? '') ?? [];
    if (unit) {
        return amount * { ms: 1, s: 1000, m: 60000, h: 3600000, d: 86400000 }[unit];
    }
    const [, days = 0, hours = 0, minutes = 0, seconds = 0] = ISO_FORM.exec(text ?? '') ?? [];
    return days * 86400000 + hours * 3600000 + minutes * 60000 + seconds * 1000;
}

/** How long ago or ahead a time is, in words. */
function relative(time) {
    const ms = now() - Date.parse(time);
    if (Math.abs(ms) < 1000) {
        return 'now';
    }
    const size = Math.abs(ms) < 10000 ? `${Math.round(Math.abs(ms) / 1000)} s` : duration(Math.abs(ms));
    return ms > 0 ? `${size} ago` : `in ${size}`;
}

/** A time: relative to be read, absolute on demand. */
export function when(time, shown = relative) {
    return time ? html`<time datetime=${time} title=${exact(time)}>${shown(time)}</time>` : nothing;
}

export const exact = time => absolute.format(new Date(time));

/** A time of day, in the browser's zone. */
const secondOfDay = time => new Date(time).toTimeString().slice(0, 8);

const millisOf = time => String(new Date(time).getMilliseconds()).padStart(3, '0');

/** Whether a time is today, in the browser's zone. */
const isToday = time => new Date(time).toDateString() === new Date(now()).toDateString();

/** The time of day to the second, and the day unless it is today. */
export const timeAndDay = time => isToday(time) ? secondOfDay(time) : `${day.format(new Date(time))} ${secondOfDay(time)}`;

/** The same with milliseconds: for what follows each other closely. */
export const timeToTheMillisecond = time => `${timeAndDay(time)}.${millisOf(time)}`;

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const AHEAD = /^, in (?:less than a|\d+) (?:second|minute|hour|day)s?/; // as of when it was said

/** A sentence of the server's, its times as people read them; how far ahead one is, is told as of now. */
export function withTimes(text) {
    const at = text.search(TIME);
    if (at < 0) {
        return marked(text);
    }
    const [time] = TIME.exec(text);
    const rest = text.slice(at + time.length);
    const [ahead = ''] = AHEAD.exec(rest) ?? [];
    return html`${marked(text.slice(0, at))}${when(time, timeAndDay)}${ahead ? `, ${relative(time)}` : nothing}${withTimes(rest.slice(ahead.length))}`;
}

/** "1 job", "2 jobs". */
export const many = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
