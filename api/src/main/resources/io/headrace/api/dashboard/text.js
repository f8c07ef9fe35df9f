// Text from outside, made safe to look at. Characters that are not seen but act, such as those that turn the direction of what
// follows, are shown as marks, and each piece of such text keeps its direction to itself (`.outside` in parts.css).

import { html } from 'lit-html';

// Controls but tabs and line ends, what is zero wide or turns directions, separators of lines, tags, halves of pairs.
const ACTING = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/gu;
// Before a joiner that belongs there: in pictures made of several, and in scripts whose letters it forms.
const JOINED = /(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}]\ufe0f?|[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Kannada}\p{Script=Khmer}])$/u;

const isActing = text => String(text).search(ACTING) >= 0;

const belongs = (character, before) => (character === '\u200c' || character === '\u200d') && JOINED.test(before);

/** `U+202E`; controls have pictures of their own. */
function nameOf(character) {
    const code = character.codePointAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421'
        : `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Pieces of a text, `mark(name, character)` in place of what acts. */
function pieces(text, mark) {
    const found = [];
    let from = 0;
    for (const { 0: character, index } of text.matchAll(ACTING)) {
        if (belongs(character, text.slice(Math.max(0, index - 4), index))) {
            continue;
        }
        found.push(text.slice(from, index), mark(nameOf(character), character));
        from = index + character.length;
    }
    found.push(text.slice(from));
    return found;
}

/** Text from outside as a view, what acts in it marked. */
export const marked = text => isActing(text)
    ? pieces(String(text), name => html`<span class="acting" title="A character that is not seen">${name}</span>`) : text;

/** Text from outside on its own: what it holds turns nothing beside it. */
export const outside = text => html`<bdi class="outside">${marked(text ?? '')}</bdi>`;

/** The same where there is no markup: in titles and options. */
export const plainText = text => isActing(text) ? pieces(String(text), name => `\u27e8${name}\u27e9`).join('') : text;

// Sequences by which programs colour what they print on a terminal, or move its cursor: ECMA-48, 5.4 and 5.6.
const SEQUENCE = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]/g;
const COLOURS = ['muted', 'bad', 'good', 'warn', 'accent', 'violet', 'accent', 'text'];

/** What a line looks like after a colour was chosen; what is not told here has no look of its own. */
function chosen(look, codes) {
    let next = { ...look };
    for (const code of (codes || '0').split(/[;:]/).map(Number)) {
        if (code === 0) {
            next = {};
        } else if (code === 1 || code === 22) {
            next.bold = code === 1;
        } else if (code >= 30 && code <= 37 || code >= 90 && code <= 97) {
            next.colour = COLOURS[code % 10];
        } else if (code === 39) {
            next.colour = undefined;
        } else if (code === 38 || code === 48) {
            break; // a colour in numbers, which need not be readable here
        }
    }
    return next;
}

/** A line of a log: in the colours it asked for, other sequences left out. */
export function logLine(line) {
    if (!line.includes('\x1b')) {
        return marked(line);
    }
    const parts = [];
    let look = {};
    let from = 0;
    const take = text => text && parts.push(look.colour || look.bold
        ? html`<span class="${look.colour ? `said-${look.colour}` : ''} ${look.bold ? 'said-bold' : ''}">${marked(text)}</span>` : marked(text));
    for (const { 0: sequence, 1: codes, 2: final, index } of line.matchAll(SEQUENCE)) {
        take(line.slice(from, index));
        from = index + sequence.length;
        look = final === 'm' ? chosen(look, codes) : look;
    }
    take(line.slice(from));
    return parts;
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|.)/g;

/**
 * A string of JSON, or a part of one, with the letters that its escapes stand for; those of quotes, controls, halves of pairs and
 * whatever acts stay as they are written.
 */
export function unescaped(written) {
    const letters = written.replace(ESCAPE, (escape, code) => {
        const letter = code === undefined ? '' : String.fromCharCode(parseInt(code, 16));
        return letter === '' || letter === '"' || letter === '\\' || letter <= '\x1f' ? escape : letter;
    });
    // What acts is written again as it was: as an escape it is seen.
    return isActing(letters) ? letters.replace(ACTING, character => written.includes(character) ? character : escapeOf(character)) : letters;
}

const escapeOf = character => [...Array(character.length).keys()]
    .map(at => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`).join('');
