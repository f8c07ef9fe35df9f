// JSON as people read it: indented, its parts told apart by colour. Always text: a payload may hold anything.

import { html } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { copyButton } from './copy.js';
import { pretty } from './json-text.js';
import { marked, unescaped } from './text.js';

const COLOURED_UP_TO = 60000; // characters: beyond, colour costs more than it helps
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text) {
    const parts = [];
    let from = 0;
    for (const token of text.matchAll(TOKEN)) {
        const [all, string, colon, word] = token;
        const kind = colon ? 'key' : string ? 'string' : word ? 'word' : 'number';
        parts.push(text.slice(from, token.index));
        // A string keeps the direction of its letters to itself: it neither moves its name nor what follows.
        parts.push(html`<bdi class="j-${kind}">${string ? marked(unescaped(string)) : all}</bdi>${colon ?? ''}`);
        from = token.index + all.length;
    }
    parts.push(text.slice(from));
    return parts;
}

/** The first so many characters of a value on one line. */
export const jsonStart = (text, most) => html`<bdi class="outside">${marked(unescaped(text.slice(0, 6 * most)).slice(0, most))}</bdi>`;

/** A value, given as its text, with a button to copy it as it was written. */
export const jsonView = (text, name) => guard([text], () => {
    const written = pretty(text);
    return html`<div class="code">
        ${copyButton(() => written, `Copy ${name}`)}
        <pre tabindex="0" role="region" aria-label=${name}>${written.length > COLOURED_UP_TO ? marked(unescaped(written)) : coloured(written)}</pre>
    </div>`;
});
