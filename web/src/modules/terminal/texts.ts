import type { Texts } from '../language/language.ts';

const en = {
  terminal: (number: number) => `Terminal ${number}`,
  close: (number: number) => `Close terminal ${number}`,
  openAnother: 'Open another terminal',
  leave: 'Esc, then Tab leaves the terminal',
  openNewShell: 'Open a new shell',
  notOpened: 'The terminal did not open.',
  ended: (code: number | null) => `The shell ended${code ? ` with ${code}` : ''}.`,
  lost: 'The connection was lost.',
};

export const terminalTexts: Texts<typeof en> = {
  en,
  ko: {
    terminal: (number) => `터미널 ${number}`,
    close: (number) => `터미널 ${number} 닫기`,
    openAnother: '터미널 하나 더 열기',
    leave: 'Esc를 누른 뒤 Tab을 누르면 터미널에서 나갑니다',
    openNewShell: '새 셸 열기',
    notOpened: '터미널이 열리지 않았습니다.',
    ended: (code) => `셸이 끝났습니다${code ? ` (종료 코드 ${code})` : ''}.`,
    lost: '연결이 끊어졌습니다.',
  },
};
