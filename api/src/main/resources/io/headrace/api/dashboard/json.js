// JSON as people read it: indented, its parts told apart by colour. Always text: a payload may hold anything.

import { html } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { copyButton } from './copy.js';
import { pretty } from './json-text.js';

const COLOURED_UP_TO = 60000; // characters: beyond, colour costs more than it helps
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

function coloured(text) {
    const parts = [];
    let from = 0;
    for (const token of text.matchAll(TOKEN)) {
        const [all, string, colon, word] = token;
        const kind = colon ? 'key' : string ? 'string' : word ? 'word' : 'number';
        parts.push(text.slice(from, token.index));
        parts.push(html`<span class="j-${kind}">${string ?? all}</span>${colon ?? ''}`);
        from = token.index + all.length;
    }
    parts.push(text.slice(from));
    return parts;
}

/** A value, given as its text, with a button to copy it. */
export const jsonView = (text, name) => guard([text], () => {
    const shown = pretty(text);
    return html`<div class="code">
        ${copyButton(() => shown, `Copy ${name}`)}
        <pre tabindex="0" aria-label=${name}>${shown.length > COLOURED_UP_TO ? shown : coloured(shown)}</pre>
    </div>`;
});
