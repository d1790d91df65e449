import type { Page } from 'playwright-core';
import type { Test } from 'tap';

const WINDOWS = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];

/** Minimum contrast of text and background, by WCAG 2.2 level AA. Large text may have less. */
const LEAST_CONTRAST = 4.5;

/** Runs in the page. Finds every visible, active text with its contrast. Terminals choose their own colours. */
const MEASURE = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const [r, g, b, alpha = 1] = channels(getComputedStyle(each).backgroundColor);
      if (alpha === 1) return [r, g, b];
    }
    return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
  };
  const texts = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join(' ').trim();
    if (!own || !element.checkVisibility() || element.closest('.xterm, .unseen, :disabled, [aria-disabled=true], script, style, title')) continue;
    const lights = [luminance(channels(getComputedStyle(element).color).slice(0, 3)), luminance(ground(element))];
    texts.push({ text: own, contrast: (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05) });
  }
  return texts;
})()`;

/**
 * Checks that the page is legible in both colour schemes, in a wide window and on a phone. Leaves it in the first
 * window.
 */
export async function readable(t: Test, page: Page): Promise<void> {
  for (const viewport of WINDOWS) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
      t.same(await illegible(page), [], `${colorScheme}, ${viewport.width} wide, ${await page.title()}`);
    }
  }
  const [first] = WINDOWS;
  if (first) await page.setViewportSize(first);
}

/** Texts of the page that are hard to read, and whether it is wider than its window. */
export async function illegible(page: Page): Promise<string[]> {
  const texts = (await page.evaluate(MEASURE)) as { text: string; contrast: number }[];
  if (texts.length === 0) throw new Error('The page has no text.');
  const width = (await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )) as number;
  return [
    ...texts
      .filter(({ contrast }) => contrast < LEAST_CONTRAST)
      .map(({ text, contrast }) => `${contrast.toFixed(1)}: ${text}`),
    ...(width > 0 ? [`${width} pixels too wide`] : []),
  ];
}
