// Dark or light: as the system has it, until somebody chooses.

const KEPT = 'headrace.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set();

const kept = () => {
    try {
        return localStorage.getItem(KEPT);
    } catch {
        return null; // storage is forbidden: the system decides
    }
};

let chosen = kept();

function apply() {
    document.documentElement.dataset.theme = isDark() ? 'dark' : 'light';
    listeners.forEach(listener => listener());
}

export const isDark = () => chosen ? chosen === 'dark' : dark.matches;

export function switchTheme() {
    chosen = isDark() ? 'light' : 'dark';
    try {
        localStorage.setItem(KEPT, chosen);
    } catch {
        // It lasts as long as the page then.
    }
    apply();
}

/** Calls back after each change: for what does not take its colours from the style sheet; answers a function that ends it. */
export function onTheme(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
}

/** A colour of the style sheet, for canvases. */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

dark.addEventListener('change', apply);
apply();
