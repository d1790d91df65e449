import type { Texts } from '../language/language.ts';

const en = {
  locale: 'en-GB',
  recordings: 'Recordings',
  recording: 'Recording',
  isRecorded: {
    OUTPUT: 'Your terminals in this lab are recorded: everything they print, with times.',
    INPUT:
      'Your terminals in this lab are recorded: everything they print, and every key you press, including passwords.',
  },
  whoSees: 'You, your instructors and the admins can play the recordings.',
  yours: 'Your recordings',
  columns: ['Learner', 'Lab', 'Machine', 'Started', 'Length', 'Kept until'],
  nothing: 'No recordings yet.',
  play: 'Play',
  playOf: (learner: string, started: string) => `Play the recording of ${learner}, ${started}`,
  inProgress: 'in progress',
  withInput: 'with input',
  newer: 'Newest',
  older: 'Older',
  ofLearner: (learner: string, lab: string) => `${learner}: ${lab}`,
  notLoaded: 'Could not load the recording. It may have been deleted.',
  pause: 'Pause',
  playRecording: 'Play the recording',
  position: 'Position in the recording',
  positionOf: (at: string, all: string) => `${at} of ${all}`,
  speed: 'Speed',
  skipPauses: 'Shorten pauses',
  download: 'Download',
  typed: 'Typed',
  screen: 'Terminal screen',
  markers: 'Markers',
  incomplete: 'The terminal is still open. This page shows the part recorded before it was loaded.',
};

type RecordingWords = typeof en;

export const recordingTexts: Texts<RecordingWords> = {
  en,
  ko: {
    locale: 'ko-KR',
    recordings: '기록',
    recording: '기록',
    isRecorded: {
      OUTPUT: '이 실습에서는 터미널이 기록됩니다. 터미널에 출력되는 내용이 시각과 함께 저장됩니다.',
      INPUT:
        '이 실습에서는 터미널이 기록됩니다. 터미널에 출력되는 내용과 누르는 모든 키가 저장되며, 비밀번호도 포함됩니다.',
    },
    whoSees: '기록은 본인과 강사, 관리자만 재생할 수 있습니다.',
    yours: '내 기록',
    columns: ['학습자', '실습', '머신', '시작', '길이', '보관 기한'],
    nothing: '아직 기록이 없습니다.',
    play: '재생',
    playOf: (learner, started) => `${learner} 님의 기록 재생, ${started}`,
    inProgress: '기록 중',
    withInput: '입력 포함',
    newer: '최신',
    older: '이전',
    ofLearner: (learner, lab) => `${learner}: ${lab}`,
    notLoaded: '기록을 불러오지 못했습니다. 삭제되었을 수 있습니다.',
    pause: '일시 정지',
    playRecording: '기록 재생',
    position: '재생 위치',
    positionOf: (at, all) => `${all} 중 ${at}`,
    speed: '속도',
    skipPauses: '긴 멈춤 줄이기',
    download: '다운로드',
    typed: '입력',
    screen: '터미널 화면',
    markers: '표시한 지점',
    incomplete: '터미널이 아직 열려 있습니다. 이 페이지를 열기 전까지 기록된 부분만 보여 줍니다.',
  },
};
