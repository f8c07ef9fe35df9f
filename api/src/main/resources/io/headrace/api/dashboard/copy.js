// Copying to the clipboard.

import { html } from 'lit-html';
import { icon } from './icons.js';
import { done, failed } from './notice.js';

/** `text()` is asked for when it is needed. */
export async function copy(text, what) {
    try {
        await navigator.clipboard.writeText(text);
        done('Copied', what);
    } catch {
        // Over plain http to another machine browsers have no clipboard for pages.
        failed('Not copied.', new Error('The browser allows it only over https or on localhost.'));
    }
}

export const copyButton = (text, label) => html`<button class="plain copy" title=${label} aria-label=${label}
    @click=${() => copy(text(), '')}>${icon('copy')}</button>`;

/** A word for `sh`, whatever is in it. */
export const shellWord = text => `'${text.replaceAll("'", "'\\''")}'`;
