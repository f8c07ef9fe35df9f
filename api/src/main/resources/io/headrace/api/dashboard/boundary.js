// A part of the page that stands for itself: when it cannot be shown, it says so in its place, and all the others stay.

import { html, noChange, nothing, render } from 'lit-html';
import { directive, Directive, PartType } from 'lit-html/directive.js';
import { draw } from './draw.js';

/** What lit-html keeps at an element about what it drew there; without it the next drawing begins anew. */
const DRAWN = '_$litPart$';

/** What is told in place of a part that failed; `again` is what its button does. */
export const failedView = (what, problem, again) => html`<div class="failed" role="alert">
    <p><strong>${what} cannot be shown.</strong> <span class="message">${problem?.message || String(problem)}</span></p>
    <button @click=${again}>Try again</button></div>`;

function empty(element) {
    delete element[DRAWN];
    element.replaceChildren();
}

class Bounded extends Directive {
    constructor(part) {
        super(part);
        if (part.type !== PartType.ELEMENT) {
            throw new Error('bounded() stands in the tag of an element');
        }
        this.problem = null;
    }

    render() {
        return noChange;
    }

    update({ element }, [what, view, again, head = nothing]) {
        try {
            if (this.problem) {
                render(view(), document.createElement('div')); // what is told stays until there is something to show
                empty(element);
                this.problem = null;
            }
            render(view(), element);
        } catch (problem) {
            this.tell(element, problem, html`${head}${failedView(what, problem, () => again ? again() : draw())}`);
        }
        return noChange;
    }

    /** Once for each problem: it is drawn again every second. */
    tell(element, problem, told) {
        if (this.problem?.message === problem?.message && element.querySelector('.failed')) {
            return;
        }
        console.error(problem);
        this.problem = problem ?? new Error('unknown');
        empty(element);
        render(told, element);
    }
}

/**
 * Draws `view()` into the element in whose tag it stands, and what went wrong there if it throws, at once or while it is drawn.
 * `what` begins the sentence that tells it; `again` is for what has to be done first, or else it is drawn again; `head` stands
 * above what is told.
 */
export const bounded = directive(Bounded);
