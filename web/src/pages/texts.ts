import type { Texts } from '../modules/language/language.ts';

const en = {
  labs: 'Labs',
  others: 'Other labs',
  noLabs: 'No labs yet. The administrator can add some.',
  about: (minutes: number) => `about ${minutes} min`,
  passed: (passed: number, total: number) => `${passed} of ${total} steps passed`,
  instructions: 'Instructions',
  progress: 'Your progress in this lab',
  notFound: 'Not found',
  nothingHere: 'Page not found',
  wrongAddress: 'The address is wrong, or the lab was removed.',
  seeAllLabs: 'See all labs',
  learners: 'Learners',
  allLearners: 'All learners',
  forStaff: 'For staff',
  staffOnly: 'This page is for staff',
  whyStaffOnly: 'Only instructors and admins can see the work of learners. Ask an admin for this role.',
};

export const pageTexts: Texts<typeof en> = {
  en,
  ko: {
    labs: '실습',
    others: '기타 실습',
    noLabs: '아직 실습이 없습니다. 관리자가 추가할 수 있습니다.',
    about: (minutes) => `약 ${minutes}분`,
    passed: (passed, total) => `${total}단계 중 ${passed}단계 통과`,
    instructions: '안내',
    progress: '이 실습의 진행 상황',
    notFound: '찾을 수 없음',
    nothingHere: '페이지를 찾을 수 없습니다',
    wrongAddress: '주소가 잘못되었거나 실습이 삭제되었습니다.',
    seeAllLabs: '모든 실습 보기',
    learners: '학습자',
    allLearners: '모든 학습자',
    forStaff: '강사용',
    staffOnly: '강사용 페이지입니다',
    whyStaffOnly: '학습자의 작업은 강사와 관리자만 볼 수 있습니다. 권한이 필요하면 관리자에게 요청하세요.',
  },
};
