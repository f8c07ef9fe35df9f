// Icons, as lines: 16 units wide.

import { html } from 'lit-html';

const LINES = {
    overview: 'M2.5 8.5h3v5h-3zM6.5 2.5h3v11h-3zM10.5 5.5h3v8h-3z',
    jobs: 'M2.5 4h1M2.5 8h1M2.5 12h1M6 4h7.5M6 8h7.5M6 12h7.5',
    queue: 'M2 5.5c2 0 2-2 4-2s2 2 4 2 2-2 4-2M2 9.5c2 0 2-2 4-2s2 2 4 2 2-2 4-2M2 13.5c2 0 2-2 4-2s2 2 4 2 2-2 4-2',
    dead: 'M8 2.2 14.3 13.3H1.7zM8 6.5v3.2M8 11.6v.1',
    workers: 'M3 3.5h10v4H3zM3 9.5h10v3.5H3zM5.2 5.5h.1M5.2 11.3h.1',
    audit: 'M8 2 13 4v3.8c0 3-2 5.2-5 6.2-3-1-5-3.2-5-6.2V4zM5.8 8l1.6 1.6L10.4 6.4',
    search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2l3.3 3.3',
    sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
    moon: 'M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8 5.6 5.6 0 1 0 13.2 9.6z',
    pause: 'M5.5 3.5v9M10.5 3.5v9',
    play: 'M5 3.2 12.5 8 5 12.8z',
    copy: 'M5.5 5.5h8v8h-8zM3.5 10.5h-1v-8h8v1',
    help: 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zM6.2 6.3c.2-2 3.6-1.9 3.6 0 0 1.3-1.8 1.4-1.8 2.8M8 11.4v.1',
    leave: 'M6.5 2.5h-4v11h4M6.5 8h7M11 5.5 13.5 8 11 10.5',
    refresh: 'M13 5.5A5.5 5.5 0 1 0 13.5 9M13.3 2.5v3.2h-3.2',
};

/** An icon that says nothing by itself: what is beside it does. */
export const icon = name => html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    <path d=${LINES[name]}></path></svg>`;

const WAVE = ' c3.3 0 3.3-3 6.7-3s3.3 3 6.6 3 3.4-3 6.7-3';

/** Three waves in a square: a channel. */
export const logo = size => html`<svg class="logo" viewBox="0 0 32 32" width=${size} height=${size} aria-hidden="true">
    <rect width="32" height="32" rx="8"></rect><path d=${[12, 18, 24].map(y => `M6 ${y}${WAVE}`).join('')}></path></svg>`;
