import type { Texts } from '../language/language.ts';

const en = {
  learners: 'Learners',
  recordings: 'Recordings',
  signOut: 'Sign out',
  welcome: 'Welcome to Berth',
  openLink: 'Open the sign-in link that you were given. It works once; the administrator can make another.',
  yourself: 'Running it yourself? This prints a link for the admin:',
};

export const identityTexts: Texts<typeof en> = {
  en,
  ko: {
    learners: '학습자',
    recordings: '기록',
    signOut: '로그아웃',
    welcome: 'Berth에 오신 것을 환영합니다',
    openLink:
      '받은 로그인 링크를 여세요. 링크는 한 번만 쓸 수 있으며, 서비스 운영자가 새로 만들어 줄 수 있습니다.',
    yourself: '직접 운영하고 계신가요? 다음 명령이 관리자용 링크를 출력합니다.',
  },
};
