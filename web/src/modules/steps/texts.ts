import type { Texts } from '../language/language.ts';

const en = {
  passed: 'passed',
  check: 'Check',
  checking: 'Checking…',
  byItself: 'It is checked by itself.',
  startFirst: 'Start the lab first',
  score: (percent: number) => `${percent} % done.`,
  next: 'Next step',
  preparing: 'This step is being prepared…',
  tryAgain: 'Try again',
  chooseAll: 'Choose all that are right.',
  yourAnswer: 'Your answer',
  results: 'Results',
  evidence: 'What was found',
  states: { passed: 'passed', failed: 'not passed', errored: 'could not be judged' },
  kinds: {
    SCRIPT: 'Check',
    TRUSTED: 'Check',
    QUIZ: 'Question',
    FILE: 'File',
    COMMAND: 'Command',
    HTTP: 'Web server',
  },
};

export const stepTexts: Texts<typeof en> = {
  en,
  ko: {
    passed: '통과',
    check: '확인',
    checking: '확인하는 중…',
    byItself: '저절로 확인합니다.',
    startFirst: '먼저 실습을 시작하세요',
    score: (percent) => `${percent} % 완료.`,
    next: '다음 단계',
    preparing: '이 단계를 준비하는 중…',
    tryAgain: '다시 시도',
    chooseAll: '맞는 것을 모두 고르세요.',
    yourAnswer: '답',
    results: '결과',
    evidence: '확인한 내용',
    states: { passed: '통과', failed: '통과하지 못함', errored: '판정하지 못함' },
    kinds: {
      SCRIPT: '확인',
      TRUSTED: '확인',
      QUIZ: '질문',
      FILE: '파일',
      COMMAND: '명령',
      HTTP: '웹 서버',
    },
  },
};
