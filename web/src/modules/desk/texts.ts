import type { Texts } from '../language/language.ts';

const en = {
  filesOf: (machine: string | undefined) => (machine ? `Files on ${machine}` : 'Files'),
  terminalsOf: (machine: string | undefined) => (machine ? `Terminals on ${machine}` : 'Terminals'),
  machines: 'Machines',
  machine: 'Machine',
  copyOf: (learner: string | undefined) =>
    `A copy of ${learner ?? 'a learner'}’s session: nothing in it counts as progress.`,
};

export const deskTexts: Texts<typeof en> = {
  en,
  ko: {
    filesOf: (machine) => (machine ? `${machine}의 파일` : '파일'),
    terminalsOf: (machine) => (machine ? `${machine}의 터미널` : '터미널'),
    machines: '머신',
    machine: '머신',
    copyOf: (learner) =>
      `${learner ?? '학습자'}의 세션을 복사한 것입니다. 여기서 한 일은 진행 상황에 들어가지 않습니다.`,
  },
};
