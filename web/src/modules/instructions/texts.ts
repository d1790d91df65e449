import type { Texts } from '../language/language.ts';

const en = {
  startFirst: 'Start the lab first',
  run: (terminal: number | undefined, machine: string | undefined) =>
    `Run${terminal ? ` in terminal ${terminal}` : ''}${machine ? ` on ${machine}` : ''}`,
  runCode: (code: string) => `Run ${code}`,
  copyCode: (code: string) => `Copy ${code}`,
  write: { replace: 'Write the file', append: 'Append to the file', insert: 'Insert into the file' },
  written: 'Written',
};

export const instructionTexts: Texts<typeof en> = {
  en,
  ko: {
    startFirst: '먼저 실습을 시작하세요',
    run: (terminal, machine) =>
      [machine && `${machine}의`, terminal && `터미널 ${terminal}에서`, '실행'].filter(Boolean).join(' '),
    runCode: (code) => `${code} 실행`,
    copyCode: (code) => `${code} 복사`,
    write: { replace: '파일에 쓰기', append: '파일 끝에 추가', insert: '파일에 삽입' },
    written: '저장됨',
  },
};
