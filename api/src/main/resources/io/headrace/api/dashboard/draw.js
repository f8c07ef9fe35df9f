// Redrawing: once a frame, however many things changed.

let paint = () => {};
let asked = false;

/** Says what draws the whole page. */
export function drawWith(painter) {
    paint = painter;
}

/** Asks for the page to be drawn again. */
export function draw() {
    if (!asked) {
        asked = true;
        requestAnimationFrame(() => {
            asked = false;
            paint();
        });
    }
}
