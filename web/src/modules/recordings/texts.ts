import type { Texts } from '../language/language.ts';

const en = {
  locale: 'en-GB',
  recordings: 'Recordings',
  recording: 'Recording',
  isRecorded: {
    OUTPUT: 'Your terminals in this lab are recorded: what they print, with the times.',
    INPUT:
      'Your terminals in this lab are recorded: what they print, and each key that you press, passwords included.',
  },
  whoSees: 'You, your instructors and the admins can play that back.',
  yours: 'Your recordings',
  columns: ['Learner', 'Lab', 'Machine', 'Began', 'Length', 'Kept until'],
  nothing: 'Nothing has been recorded.',
  play: 'Play',
  playOf: (learner: string, began: string) => `Play the recording of ${learner}, ${began}`,
  goesOn: 'goes on',
  withInput: 'with what was typed',
  newer: 'Newest',
  older: 'Older',
  ofLearner: (learner: string, lab: string) => `${learner}: ${lab}`,
  notLoaded: 'The recording could not be loaded. It may have been deleted.',
  pause: 'Pause',
  playing: 'Play the recording',
  place: 'Place in the recording',
  placeOf: (at: string, all: string) => `${at} of ${all}`,
  speed: 'Speed',
  skipPauses: 'Shorten pauses',
  download: 'Download',
  typed: 'Typed',
  screen: 'What the terminal showed',
  noted: 'Noted in the recording',
  goesOnStill: 'The terminal is still open: this is what was stored of it when the page was loaded.',
};

export type RecordingWords = typeof en;

export const recordingTexts: Texts<RecordingWords> = {
  en,
  ko: {
    locale: 'ko-KR',
    recordings: '기록',
    recording: '기록',
    isRecorded: {
      OUTPUT: '이 실습에서는 터미널이 기록됩니다. 터미널에 출력되는 내용과 그 시각이 남습니다.',
      INPUT:
        '이 실습에서는 터미널이 기록됩니다. 터미널에 출력되는 내용과 누르는 모든 키가 남으며, 비밀번호도 포함됩니다.',
    },
    whoSees: '기록은 본인과 강사, 관리자가 재생해 볼 수 있습니다.',
    yours: '내 기록',
    columns: ['학습자', '실습', '머신', '시작', '길이', '보관 기한'],
    nothing: '기록된 것이 없습니다.',
    play: '재생',
    playOf: (learner, began) => `${learner} 님의 기록 재생, ${began}`,
    goesOn: '기록 중',
    withInput: '입력 포함',
    newer: '최신',
    older: '이전',
    ofLearner: (learner, lab) => `${learner}: ${lab}`,
    notLoaded: '기록을 불러오지 못했습니다. 삭제되었을 수 있습니다.',
    pause: '일시 정지',
    playing: '기록 재생',
    place: '재생 위치',
    placeOf: (at, all) => `${all} 중 ${at}`,
    speed: '속도',
    skipPauses: '멈춘 시간 줄이기',
    download: '내려받기',
    typed: '입력',
    screen: '터미널 화면',
    noted: '기록에 남은 알림',
    goesOnStill: '터미널이 아직 열려 있습니다. 이 페이지를 열 때까지 저장된 내용입니다.',
  },
};
