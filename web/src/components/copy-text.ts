import type { Texts } from '../modules/language/language.ts';

/** Copies a text to the clipboard. Returns false if the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Pages over plain HTTP have no Clipboard API, and the user may have denied it. execCommand still works.
    return copySelected(text);
  }
}

function copySelected(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}

const en = { copy: 'Copy', copied: 'Copied', copyFailed: 'Copy failed' };

export const copyTexts: Texts<typeof en> = {
  en,
  ko: { copy: '복사', copied: '복사됨', copyFailed: '복사 실패' },
};
