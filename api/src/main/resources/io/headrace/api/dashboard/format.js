// Numbers, durations, sizes and times as people read them.

import { html, nothing } from 'lit-html';
import { now } from './clock.js';

const grouped = new Intl.NumberFormat('en-US');
const absolute = new Intl.DateTimeFormat('sv-SE', {
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
    timeZoneName: 'short',
});
const day = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short' });

/** 1234567 is "1,234,567". */
export const count = number => grouped.format(Math.round(number));

/** 1234567 is "1.23 M": where space is short. */
export function short(number) {
    for (const [unit, size] of [['G', 1e9], ['M', 1e6], ['k', 1e4]]) {
        if (number >= size) {
            const scaled = number / (unit === 'k' ? 1e3 : size);
            return `${scaled.toFixed(scaled < 10 ? 2 : scaled < 100 ? 1 : 0)} ${unit}`;
        }
    }
    return count(number);
}

/** A rate: as many digits as mean something. */
export function rate(number) {
    return number >= 100 || Number.isInteger(number) ? count(number) : number.toFixed(number >= 10 ? 1 : 2);
}

export function bytes(number) {
    let unit = 0;
    while (number >= 1024 && unit < 4) {
        number /= 1024;
        unit++;
    }
    return `${number.toFixed(unit && number < 100 ? 1 : 0)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
}

const UNITS = [['d', 86400000], ['h', 3600000], ['m', 60000], ['s', 1000]];

/** The two largest units: 3725000 ms is "1h 2m". */
export function duration(ms) {
    if (ms < 1000) {
        return `${Math.max(0, Math.round(ms))} ms`;
    }
    if (ms < 10000) {
        return `${(ms / 1000).toFixed(1)} s`;
    }
    const at = UNITS.findIndex(([, size]) => ms >= size);
    const [unit, size] = UNITS[at];
    const [smaller, smallerSize] = UNITS[at + 1] ?? [];
    const rest = smaller ? Math.floor(ms % size / smallerSize) : 0;
    const first = `${Math.floor(ms / size)}${at === 3 ? ' s' : unit}`;
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
export const secondOfDay = time => new Date(time).toTimeString().slice(0, 8);

/** A time of day, with milliseconds: for what follows each other closely. */
export const timeOfDay = time => `${secondOfDay(time)}.${String(new Date(time).getMilliseconds()).padStart(3, '0')}`;

const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;
const AHEAD = /^, in (?:less than a|\d+) (?:second|minute|hour|day)s?/; // as of when it was said

/** A sentence of the server's, its times as people read them; how far ahead one is, is told as of now. */
export function withTimes(text) {
    const at = text.search(TIME);
    if (at < 0) {
        return text;
    }
    const [time] = TIME.exec(text);
    const rest = text.slice(at + time.length);
    const [ahead = ''] = AHEAD.exec(rest) ?? [];
    return html`${text.slice(0, at)}${when(time, sayable)}${ahead ? `, ${relative(time)}` : nothing}${withTimes(rest.slice(ahead.length))}`;
}

/** The time of day, and the day unless it is today. */
const sayable = time => new Date(time).toDateString() === new Date(now()).toDateString() ? secondOfDay(time)
    : `${day.format(new Date(time))} ${secondOfDay(time)}`;

/** "1 job", "2 jobs". */
export const many = (number, noun) => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
