// Texts of the page whose contrast is below WCAG AA (4.5, or 3 where large), by computed colours: a line for each.
() => {
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });

    /** Any CSS colour as [r, g, b, alpha]: what a canvas makes of it. */
    function parse(colour) {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, alpha] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, alpha / 255];
    }

    const over = (front, back) => [0, 1, 2].map(i => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);

    function luminance(colour) {
        const [r, g, b] = colour.map(part => part / 255).map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }

    function behind(element) {
        const layers = [];
        for (let each = element; each; each = each.parentElement) {
            layers.push(parse(getComputedStyle(each).backgroundColor));
        }
        return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
    }

    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode.data.trim();
        const element = texts.currentNode.parentElement;
        if (!text || element.closest('noscript, .unseen, option, :disabled') || !element.checkVisibility()) {
            continue;
        }
        const style = getComputedStyle(element);
        const back = behind(element);
        const [dark, light] = [luminance(over(parse(style.color), back)), luminance(back)].sort((a, b) => a - b);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700;
        const ratio = (light + 0.05) / (dark + 0.05);
        if (ratio < (large ? 3 : 4.5)) {
            faint.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
        }
    }
    return faint;
}
