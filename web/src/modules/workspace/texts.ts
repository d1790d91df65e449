import type { Texts } from '../language/language.ts';

const en = {
  filesOf: (machine: string | undefined) => (machine ? `Files on ${machine}` : 'Files'),
  terminalsOf: (machine: string | undefined) => (machine ? `Terminals on ${machine}` : 'Terminals'),
  machines: 'Machines',
  machine: 'Machine',
  copyOf: (learner: string | undefined) =>
    `This is a copy of ${learner ?? 'a learner'}’s session. Nothing you do here counts as progress.`,
};

export const workspaceTexts: Texts<typeof en> = {
  en,
  ko: {
    filesOf: (machine) => (machine ? `${machine}의 파일` : '파일'),
    terminalsOf: (machine) => (machine ? `${machine}의 터미널` : '터미널'),
    machines: '머신',
    machine: '머신',
    copyOf: (learner) =>
      `${learner ?? '학습자'} 님 세션의 복사본입니다. 여기서 한 작업은 진행 상황에 반영되지 않습니다.`,
  },
};
