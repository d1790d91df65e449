import type { Texts } from '../language/language.ts';

const en = {
  learners: 'Learners',
  recordings: 'Recordings',
  signOut: 'Sign out',
  welcome: 'Welcome to Berth',
  openLink: 'Open the sign-in link you received. It works once. The administrator can create another one.',
  yourself: 'Do you run this service? This command prints a sign-in link for the admin:',
};

export const identityTexts: Texts<typeof en> = {
  en,
  ko: {
    learners: '학습자',
    recordings: '기록',
    signOut: '로그아웃',
    welcome: 'Berth에 오신 것을 환영합니다',
    openLink:
      '전달받은 로그인 링크를 여세요. 링크는 한 번만 쓸 수 있습니다. 새 링크가 필요하면 관리자에게 요청하세요.',
    yourself: '이 서비스를 직접 운영하시나요? 다음 명령을 실행하면 관리자용 로그인 링크가 출력됩니다.',
  },
};
