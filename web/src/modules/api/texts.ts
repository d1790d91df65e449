import type { Texts } from '../language/language.ts';

const en = {
  notRead: 'The service does not answer. This page goes on by itself once it does.',
  notDone: 'The service does not answer. Try again in a moment.',
};

export const apiTexts: Texts<typeof en> = {
  en,
  ko: {
    notRead: '서비스가 응답하지 않습니다. 응답하면 이 페이지가 저절로 이어집니다.',
    notDone: '서비스가 응답하지 않습니다. 잠시 후 다시 시도하세요.',
  },
};
