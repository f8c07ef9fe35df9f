// Tables: one description of columns serves wide screens, and phones, where each row becomes a card.

import { html, nothing } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { hrefWith } from './router.js';

/**
 * A table. Columns are `{label, cell(row), name?, number?, wide?, sort?(row)}`, labels that are views are for screen readers; one with `sort` can be sorted by a link in its
 * head that puts `sort=name` or `sort=-name` into the address.
 */
export function table({ caption, columns, rows, key, route, empty }) {
    const shown = sorted(rows, columns, route?.query.sort);
    return html`
        <div class="scroll"><table class="grid">
            <caption class="unseen">${caption}</caption>
            <thead><tr>${columns.map(column => head(column, route))}</tr></thead>
            <tbody>
                ${repeat(shown, key, row => html`<tr>${columns.map(column => cell(column, row))}</tr>`)}
                ${shown.length === 0 ? html`<tr class="none"><td colspan=${columns.length}>${empty}</td></tr>` : nothing}
            </tbody>
        </table></div>`;
}

const shape = column => `${column.number ? 'number' : ''} ${column.wide ? 'wide' : ''} ${column.first ? 'first' : ''}`;

function head(column, route) {
    if (!column.sort) {
        return html`<th scope="col" class=${shape(column)}>${column.label}</th>`;
    }
    const sort = route.query.sort ?? '';
    const down = sort === `-${column.name}`;
    const up = sort === column.name;
    // Numbers are looked at from the largest on; a third click goes back to the table's own order.
    const [one, other] = column.number ? [`-${column.name}`, column.name] : [column.name, `-${column.name}`];
    const next = sort === one ? other : sort === other ? '' : one;
    return html`<th scope="col" class=${shape(column)} aria-sort=${up ? 'ascending' : down ? 'descending' : 'none'}>
        <a class="sort" href=${hrefWith(route, { sort: next })}>${column.label}${up || down
        ? html`<span aria-hidden="true" class="arrow">${up ? '↑' : '↓'}</span>` : nothing}</a></th>`;
}

const cell = (column, row) => html`<td class=${shape(column)} data-label=${typeof column.label === 'string' ? column.label : nothing}>${column.cell(row)}</td>`;

function sorted(rows, columns, sort) {
    const column = columns.find(each => each.sort && each.name === (sort ?? '').replace(/^-/, ''));
    if (!column) {
        return rows;
    }
    const sign = sort.startsWith('-') ? -1 : 1;
    const compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
    return [...rows].sort((a, b) => sign * compare(column.sort(a), column.sort(b)));
}
