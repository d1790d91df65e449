import type { Texts } from '../modules/language/language.ts';

const en = { copy: 'Copy', copied: 'Copied', notCopied: 'Not copied' };

export const componentTexts: Texts<typeof en> = {
  en,
  ko: { copy: '복사', copied: '복사함', notCopied: '복사하지 못함' },
};
