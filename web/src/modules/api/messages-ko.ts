/** Korean templates for the findings and errors that learners can see, by code. */
export const koreanMessages: Readonly<Record<string, string>> = {
  // Findings of checks
  DONE: '완료되었습니다.',
  NOT_YET: '아직 완료되지 않았습니다.',
  ANSWER_MISSING: '아직 답하지 않았습니다.',
  ANSWER_RIGHT: '맞습니다.',
  ANSWER_WRONG: '틀렸습니다.',
  ANSWER_WRONG_LEFT: '틀렸습니다. 남은 답변 횟수: {left}.',
  ANSWER_USED_UP: '이 질문에는 더 답할 수 없습니다.',
  FILE_ABSENT: '{path}이(가) 없습니다.',
  FILE_PRESENT: '{path}이(가) 있습니다. 없어야 합니다.',
  FILE_LEADS_NOWHERE: '{path}은(는) 가리키는 곳이 없는 링크입니다. 없어야 합니다.',
  FILE_HIDDEN: '{path}을(를) 살펴볼 수 없습니다.',
  FILE_UNREADABLE: '{path}을(를) 읽을 수 없습니다.',
  FILE_OTHER_THAN_FOLDER: '{path}은(는) 폴더가 아닙니다.',
  FILE_OTHER_THAN_FILE: '{path}은(는) 파일이 아닙니다.',
  FILE_OTHER_MODE: '{path}의 권한 비트는 {mode}입니다. 다른 값이어야 합니다.',
  FILE_OTHER_OWNER: '{path}의 소유자는 {owner}입니다. 다른 사용자여야 합니다.',
  FILE_OTHER_CONTENT: '{path}의 내용이 요구한 것과 다릅니다.',
  COMMAND_OTHER_EXIT: '이것을 확인하는 명령이 종료 코드 {exitCode}(으)로 끝났습니다.',
  COMMAND_OTHER_OUTPUT: '이것을 확인하는 명령의 출력이 기대한 것과 다릅니다.',
  HTTP_OTHER_STATUS:
    '머신 "{machine}"의 포트 {port}에 보낸 {method} {path} 요청의 응답 상태가 {status}입니다.',
  HTTP_OTHER_BODY:
    '머신 "{machine}"의 포트 {port}에 보낸 {method} {path} 요청의 응답이 요구한 것과 다릅니다.',
  HTTP_LATE: '머신 "{machine}"의 포트 {port}에서 응답하는 데 {seconds}초가 넘게 걸렸습니다.',

  // Refused checks and hints
  CHECK_BUSY: '이 단계를 이미 확인하고 있습니다. 끝날 때까지 기다리세요.',
  CHECK_TIMED_OUT: '확인이 {seconds}초 안에 끝나지 않아 중단되었습니다.',
  CHECK_OUTPUT_LIMIT: '확인이 {limit}바이트보다 많이 출력하여 중단되었습니다.',
  CHECK_INTERRUPTED: '확인하는 동안 서비스가 멈췄습니다. 다시 확인하세요.',
  CHECK_NOT_STARTED: '확인을 시작하지 못했습니다: {problem}',
  CHECK_RUNNER_MISSING:
    '이전 버전의 Berth가 만든 머신이라 확인을 실행할 수 없습니다. 세션을 저장했다가 이어서 하거나 새로 시작하세요. 그래도 안 되면 관리자가 "berth up"을 실행해야 합니다.',
  CHECK_COPY_LIMIT:
    '확인할 것이 파일 {entries}개, {bytes}바이트를 넘습니다. 필요 없는 것을 지우거나, 실습을 만든 사람에게 경로를 줄여 달라고 하세요.',
  CHECK_SCORE_INVALID:
    '확인이 스스로 매긴 점수 "{score}"은(는) 점수가 아닙니다. 실습을 만든 사람이 고쳐야 합니다.',
  HINT_TOO_EARLY: '이 힌트는 {needed}번 실패한 뒤에 볼 수 있고, 지금까지 {failures}번 실패했습니다.',

  // Sessions and machines
  LAB_NOT_FOUND: '"{lab}"이라는 실습이 없습니다.',
  LAB_INVALID: '이 실습은 사용할 수 없습니다: {problem}',
  LAB_TOO_LARGE:
    '실습 "{lab}"에는 {needed}이(가) 필요한데, 최대 {most}까지만 쓸 수 있습니다. 관리자에게 알리세요.',
  LAB_START_FAILED: '실습 "{lab}"을(를) 준비하지 못했습니다. 실습을 만든 사람이 고쳐야 합니다: {problem}',
  STEP_NOT_FOUND: '실습 "{lab}"에 단계 "{step}"이(가) 없습니다.',
  STEP_HAS_NO_CHECK: '단계 "{step}"에는 확인할 것이 없습니다.',
  SESSION_NOT_FOUND: '그런 세션이 없습니다.',
  SESSION_NOT_READY: '세션이 준비되어 있지 않습니다. 준비될 때까지 기다리거나 실습을 다시 시작하세요.',
  SESSION_STATE_CONFLICT: '세션의 지금 상태에서는 할 수 없는 일입니다.',
  SESSION_EXTEND_LIMIT: '세션을 {until} 이후로는 연장할 수 없습니다.',
  SESSION_LIMIT:
    '세션이 이미 {limit}개 있습니다. 먼저 하나를 종료하세요. 종료 중인 세션은 끝날 때까지 함께 셉니다.',
  SESSION_IDLE: '{minutes}분 동안 아무 일도 없어서 세션이 종료되었습니다.',
  SESSION_LIFETIME_OVER: '주어진 시간 {minutes}분이 지나 세션이 종료되었습니다.',
  MACHINE_NOT_FOUND: '이 세션에는 머신 "{machine}"이(가) 없습니다.',
  MACHINE_NOT_RUNNING: '머신이 실행되고 있지 않습니다. 세션을 재시작하거나 실습을 다시 시작하세요.',
  MACHINE_LOST: '이 세션의 컨테이너가 사라졌습니다. 실습을 다시 시작하세요.',
  MACHINE_OUT_OF_MEMORY:
    '머신 "{machine}"이(가) 메모리가 모자라 거듭 멈췄습니다. 실습을 다시 시작하고, 한꺼번에 덜 실행하세요.',
  MACHINE_DISK_FULL:
    '머신 "{machine}"이(가) {written}을(를) 써서 세션이 중지되었습니다. {limit}까지 둘 수 있으니 디스크가 차기 전에 필요 없는 것을 지우세요.',
  PROVISIONING_TIMED_OUT:
    '{seconds}초 안에 환경이 준비되지 않았습니다. 실습을 다시 시작하고, 계속되면 관리자에게 알리세요.',
  PROVISIONING_INTERRUPTED: '환경을 만드는 동안 서비스가 멈췄습니다. 실습을 다시 시작하세요.',
  SUBNETS_EXHAUSTED: '남은 네트워크가 없습니다. 잠시 후 다시 시도하고, 계속되면 관리자에게 알리세요.',
  EGRESS_UNAVAILABLE:
    '이 실습에는 인터넷이 필요한데, 안전하게 열 수 없습니다. 관리자에게 알리세요: {problem}',
  NESTED_ENGINE_UNAVAILABLE:
    '여기서는 머신이 자기 컨테이너 엔진을 가질 수 없습니다. 관리자에게 알리세요: {problem}',
  CONTAINER_NOT_FOUND: '컨테이너가 사라졌습니다.',
  COMMAND_FAILED: '머신에서 명령이 {exitCode}(으)로 끝났습니다: {problem}',

  // Saved work
  SAVE_OFF: '이 실습에서는 작업을 저장할 수 없습니다.',
  SAVE_TOO_LARGE: '만든 것이 {size}이고 최대 {limit}까지 보관됩니다. 저장하기 전에 필요 없는 것을 지우세요.',
  SAVE_OVER_DISK:
    '머신 "{machine}"에 {size}이(가) 있고 {limit}까지 둘 수 있습니다. 파일을 지우고 다시 저장하세요. "du -ahx / | sort -h | tail"이 가장 큰 것을 보여 줍니다.',
  SAVE_QUOTA_FULL:
    '저장한 다른 작업이 {limit} 가운데 {used}을(를) 차지하고, 이 작업에는 {size}이(가) 필요합니다. 필요 없는 저장된 작업을 지우세요. 가장 큰 것: {largest}.',
  SAVE_INTERRUPTED: '저장하는 동안 서비스가 멈췄습니다. 다시 저장하세요.',
  SAVED_STATE_NOT_FOUND: '저장한 작업이 없습니다. 삭제되었을 수 있습니다.',
  SAVED_STATE_EXPIRED: '저장한 작업은 {days}일 동안 보관되었고 이제 없습니다. 실습을 다시 시작하세요.',

  // Terminals and web servers
  TERMINAL_LIMIT: '이 세션에는 터미널이 이미 {limit}개 열려 있습니다. 먼저 하나를 닫으세요.',
  VIEWER_LIMIT: '이 터미널을 이미 {limit}곳에서 보고 있습니다. 먼저 한 곳에서 나가야 합니다.',
  TERMINAL_NOT_FOUND: '그런 터미널이 없습니다.',
  RECORDING_NOT_FOUND: '그런 기록이 없습니다.',
  TERMINAL_ENDED: '이 터미널의 셸이 끝났습니다. 터미널을 새로 여세요.',
  TERMINAL_ELSEWHERE: '이 터미널을 지금은 서비스의 다른 프로세스가 맡고 있습니다. 다시 연결하세요.',
  TERMINAL_TOO_SLOW: '터미널의 출력을 제때 받지 못했습니다. 다시 연결하세요.',
  TERMINAL_READ_ONLY: '이 터미널은 보기만 할 수 있습니다. 입력한 내용과 화면 크기는 전달되지 않습니다.',
  TICKET_INVALID: '이 터미널의 입장권이 이미 쓰였거나 만료되었습니다. 터미널을 다시 여세요.',
  ORIGIN_REFUSED: '{origin}의 페이지는 터미널을 열 수 없습니다. 관리자에게 알리세요.',
  FRAME_TOO_LARGE: '한 번에 보낼 수 있는 것은 최대 {limit}바이트입니다.',
  SHELL_NOT_STARTED: '셸을 시작하지 못했습니다: {problem}',
  PORT_CLOSED: '이 머신의 포트 {port}에서 응답하는 것이 없습니다. 거기에서 서버를 시작하세요.',
  PREVIEW_BROKEN:
    '머신 "{machine}"의 포트 {port}에서 응답하는 것은 HTTP가 아니거나, 응답을 마치기 전에 끊겼습니다.',
  PREVIEW_LIMIT: '이 세션의 연결이 이미 {limit}개 열려 있습니다. 먼저 열린 페이지를 닫으세요.',
  PREVIEWS_OFF: '여기에서는 포트를 브라우저로 열 수 없습니다. 관리자에게 알리세요.',
  GATEWAY_UNAVAILABLE: '머신의 포트에 연결할 수 없습니다. 관리자에게 알리세요: {problem}',

  // Files
  FILE_NOT_FOUND: '"{path}"에는 머신의 사용자가 볼 수 있는 것이 없습니다.',
  FILE_DENIED: '머신의 사용자에게 "{path}"에 대한 권한이 없습니다.',
  FILE_IS_FOLDER: '"{path}"은(는) 폴더입니다.',
  FILE_IS_NO_FOLDER: '"{path}"은(는) 폴더가 아닙니다.',
  FILE_IS_SPECIAL: '"{path}"은(는) 파일도 폴더도 아니어서 복사할 수 없습니다.',
  FOLDER_NOT_EMPTY: '폴더 "{path}"이(가) 비어 있지 않습니다.',
  UPLOAD_TOO_LARGE: '여기에는 최대 {limit}바이트까지 올릴 수 있습니다.',
  UPLOAD_BROKEN: '올리는 중에 끊겼습니다: {problem}',
  TRANSFER_LIMIT: '파일 요청이 이미 {limit}개 진행 중입니다. 하나가 끝날 때까지 기다리세요.',
  TRANSFER_INTERRUPTED: '전송이 끝나기 전에 끊겼습니다. 다시 시도하세요.',

  // The service
  UNAUTHENTICATED: '먼저 로그인하세요.',
  RATE_LIMITED: '요청이 너무 많습니다. {seconds}초 뒤에 다시 시도하세요.',
  CROSS_SITE_REFUSED: '다른 사이트의 페이지는 여기에서 대신 행동할 수 없습니다.',
  IMAGE_NOT_FOUND: '이미지 "{image}"을(를) 찾을 수 없습니다. 관리자에게 알리세요: {problem}',
  IMAGE_PIN_LOST: '이 실습의 이미지 "{image}"을(를) 더는 구할 수 없습니다. 관리자에게 알리세요: {problem}',
  REGISTRY_UNREACHABLE: '이미지 "{image}"의 레지스트리가 응답하지 않습니다. 관리자에게 알리세요: {problem}',
  REGISTRY_DENIED: '이미지 "{image}"의 레지스트리가 접근을 거부합니다. 관리자에게 알리세요: {problem}',
  ENGINE_UNREACHABLE: '컨테이너 엔진이 응답하지 않습니다. 관리자에게 알리세요.',
  ENGINE_REFUSED: '컨테이너 엔진이 거부했습니다: {problem}',
  ENGINE_SETUP_REFUSED: '컨테이너 엔진이 준비되어 있지 않습니다. 관리자에게 알리세요: {problem}',
  DISK_FULL: '디스크가 가득 찼습니다. 필요 없는 것을 지우고 다시 시도하세요.',
  DATABASE_UNREACHABLE: '데이터베이스가 응답하지 않습니다. 관리자에게 알리세요.',
  DATABASE_BUSY: '데이터베이스가 바쁩니다. 잠시 후 다시 시도하세요.',
  SHUTTING_DOWN: '서비스가 멈추는 중입니다. 잠시 후 다시 시도하세요.',
  EVENTS_CLOSED: '서비스가 멈추는 중입니다.',
  INTERNAL: '여기에서 문제가 생겼습니다. 서비스의 로그에 기록되어 있습니다.',
};
