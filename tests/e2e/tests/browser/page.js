// What a reader sees: text that is not hidden, and how well it stands out.
(() => {
  const visible = element => element.checkVisibility();
  const parse = colour => {
    const parts = colour.match(/[\d.]+/g).map(Number);
    return parts.length < 4 ? [...parts, 1] : parts;
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const background = element => {
    if (!element) return parse(getComputedStyle(document.documentElement).backgroundColor)[3] ? null : [255, 255, 255, 1];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, background(element.parentElement) ?? [255, 255, 255, 1]);
  };
  const luminance = colour => {
    const [r, g, b] = colour.map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = [], texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !visible(element) || element.closest('script, style')) continue;
    texts.push(text);
    const behind = background(element);
    const [a, b] = [luminance(over(parse(getComputedStyle(element).color), behind)), luminance(behind)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)}: ${text}`);
  }
  const wide = document.documentElement.clientWidth;
  const outside = [...document.body.querySelectorAll('*')]
    .filter(e => visible(e) && !e.closest('.unseen, .skip, thead, svg') && e.getBoundingClientRect().right > wide + 1)
    .map(e => `${e.tagName}.${e.className}: ${e.textContent.slice(0, 40)}`);
  const all = (where, selector) => [...where.querySelectorAll(selector)].filter(visible);
  const value = (where, name) => (where.querySelector(`[data-is="${name}"] .value`) ?? where.querySelector(`[data-is="${name}"]`))?.innerText.trim();
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: all(document, 'h1, h2').map(e => e.innerText),
    landmarks: ['header', 'main', 'nav', 'footer'].filter(name => document.querySelectorAll(name).length === 1),
    texts, faint, outside,
    scroll: document.documentElement.scrollWidth - wide,
    photos: all(document, 'img').map(e => ({ width: e.naturalWidth, alt: e.alt, outlines: e.parentElement.querySelectorAll('polygon').length })),
    facts: Object.fromEntries(all(document, '[data-fact]').map(e => [e.dataset.fact, e.innerText])),
    equation: all(document, '[data-sum]').map(e => e.innerText),
    bills: all(document, '.bill').map(e => ({ number: value(e, 'number'), paper: value(e, 'paper'), charged: value(e, 'charged') })),
    rows: all(document, 'tbody tr').map(e => ({ number: e.dataset.number, phone: value(e, 'phone'), account: value(e, 'account'), sign: e.querySelector('.sign').innerText, state: value(e, 'state') })),
    total: all(document, 'tfoot td[data-is]').map(e => e.querySelector('.value').innerText),
    moments: all(document, '.moments li').map(e => ({ kind: e.classList[0], away: e.classList.contains('away'), seconds: parseFloat(e.querySelector('.time').innerText), text: e.innerText })),
  };
})()
