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
  reconnecting: 'No connection: it comes back by itself, and what you type waits for it.',
  inputDropped: 'Some of what you typed was dropped: too much was waiting.',
  notDurable: 'This shell ends when the service restarts.',
  recorded: {
    output: 'Recorded: what this terminal prints',
    input: 'Recorded: what this terminal prints, and each key that is pressed',
  },
  watching: (name: string) => `${name} is watching.`,
  assisting: (name: string) => `${name} is helping, and can type here.`,
  typing: (name: string) => `${name} is typing.`,
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
    reconnecting: '연결이 끊겼습니다. 자동으로 다시 연결되며, 그동안 입력한 내용은 연결되면 전달됩니다.',
    inputDropped: '대기 중인 입력이 너무 많아 일부가 전달되지 않았습니다.',
    notDurable: '서비스가 다시 시작되면 이 셸은 종료됩니다.',
    recorded: {
      output: '기록 중: 이 터미널에 출력되는 내용',
      input: '기록 중: 이 터미널에 출력되는 내용과 눌린 모든 키',
    },
    watching: (name) => `${name} 님이 보고 있습니다.`,
    assisting: (name) => `${name} 님이 돕고 있으며, 여기에 입력할 수 있습니다.`,
    typing: (name) => `${name} 님이 입력하고 있습니다.`,
  },
};
