/** Korean templates for all findings and errors, by code. A `{problem}` stays in English. */
export const koreanMessages: Readonly<Record<string, string>> = {
  // Findings of checks
  DONE: '완료했습니다.',
  NOT_YET: '아직 완료되지 않았습니다.',
  ANSWER_MISSING: '아직 답하지 않은 질문입니다.',
  ANSWER_RIGHT: '정답입니다.',
  ANSWER_WRONG: '오답입니다.',
  ANSWER_WRONG_LEFT: '오답입니다. 남은 기회: {left}번.',
  ANSWER_USED_UP: '이 질문에는 더 이상 답할 수 없습니다.',
  FILE_ABSENT: '{path}이(가) 없습니다.',
  FILE_PRESENT: '{path}이(가) 없어야 하는데 있습니다.',
  FILE_LEADS_NOWHERE: '{path}은(는) 깨진 링크이며, 없어야 합니다.',
  FILE_HIDDEN: '{path}에 접근할 수 없습니다.',
  FILE_UNREADABLE: '{path}을(를) 읽을 수 없습니다.',
  FILE_OTHER_THAN_FOLDER: '{path}은(는) 폴더가 아닙니다.',
  FILE_OTHER_THAN_FILE: '{path}은(는) 파일이 아닙니다.',
  FILE_OTHER_MODE: '{path}의 권한이 {mode}(으)로 되어 있습니다. 다른 값이어야 합니다.',
  FILE_OTHER_OWNER: '{path}의 소유자가 {owner}(으)로 되어 있습니다. 다른 사용자여야 합니다.',
  FILE_OTHER_CONTENT: '{path}의 내용이 요구 사항과 다릅니다.',
  COMMAND_OTHER_EXIT: '확인용 명령이 예상과 다른 종료 코드 {exitCode}을(를) 반환했습니다.',
  COMMAND_OTHER_OUTPUT: '확인용 명령의 출력이 예상과 다릅니다.',
  HTTP_OTHER_STATUS:
    '머신 "{machine}"의 포트 {port}에 {method} {path} 요청을 보냈더니 상태 코드 {status}을(를) 응답했습니다.',
  HTTP_OTHER_BODY:
    '머신 "{machine}"의 포트 {port}에 {method} {path} 요청을 보냈더니 요구 사항과 다른 내용을 응답했습니다.',
  HTTP_LATE: '머신 "{machine}"의 포트 {port}에서 {seconds}초 안에 응답하지 않았습니다.',

  // Input and identity
  INPUT_INVALID: '{problem}',
  UNAUTHENTICATED: '먼저 로그인하세요.',
  TOKEN_EXPIRED: '토큰이 만료되었습니다. createToken으로 새 토큰을 만드세요.',
  SIGN_IN_LINK_INVALID: '로그인 링크가 만료되었거나 이미 사용되었습니다. 새 링크를 요청하세요.',
  FORBIDDEN: '권한이 없습니다. 필요한 권한: {needed}.',
  NOT_FOUND: '찾을 수 없습니다: {thing}.',
  BODY_TOO_LARGE: '요청 본문이 너무 큽니다. 최대 {limit}바이트까지 보낼 수 있습니다.',
  MEDIA_TYPE_UNSUPPORTED: '미디어 형식 "{type}"은(는) 지원하지 않습니다. application/json으로 보내세요.',
  CROSS_SITE_REFUSED:
    '다른 사이트의 페이지에서 보낸 요청이라 거부했습니다. 쿠키를 보내는 프로그램은 "X-Berth-Client" 헤더를 추가해야 합니다.',
  RATE_LIMITED: '요청이 너무 많습니다. {seconds}초 뒤에 다시 시도하세요.',
  QUERY_TOO_COMPLEX: '쿼리가 너무 복잡합니다: {problem}.',
  USER_NOT_FOUND: '없는 사용자입니다.',
  EMAIL_TAKEN: '이메일 주소 {email}은(는) 다른 사용자가 이미 사용하고 있습니다.',
  LAST_ADMIN:
    '마지막 관리자는 삭제하거나 비활성화하거나 역할을 바꿀 수 없습니다. 먼저 다른 관리자를 지정하세요.',
  TOKEN_NOT_FOUND: '없는 토큰입니다. 이미 폐기되었을 수 있습니다.',

  // Labs
  LAB_NOT_FOUND: '"{lab}" 실습이 없습니다.',
  LAB_INVALID: '이 실습은 사용할 수 없습니다: {problem}',
  GIT_FAILED: 'Git 저장소 "{address}"을(를) 가져오지 못했습니다: {problem}.',
  LAB_SOURCE_NOT_FOUND: '없는 실습 저장소입니다.',
  STEP_NOT_FOUND: '"{lab}" 실습에 "{step}" 단계가 없습니다.',
  STEP_HAS_NO_CHECK: '"{step}" 단계에는 확인할 항목이 없습니다.',

  // Courses
  COLLECTION_NOT_FOUND: '"{collection}" 모음에 속한 실습이 없습니다.',
  COURSE_NOT_FOUND: '없는 강의이거나 이 강의의 구성원이 아닙니다.',
  COURSE_ARCHIVED: '"{course}" 강의는 보관되었습니다. 강사가 다시 열 수 있습니다.',
  COURSE_NOT_OPEN: '"{course}" 강의는 아직 열리지 않았습니다. 강사에게 문의하세요.',
  MEMBERSHIP_INACTIVE: '이 강의의 구성원 자격이 비활성 상태입니다. 강사에게 문의하세요.',
  MEMBER_NOT_FOUND: '없는 구성원입니다.',
  SECTION_NOT_FOUND: '이 강의에 없는 분반입니다.',
  SECTION_NAME_TAKEN: '이 강의에 "{name}" 분반이 이미 있습니다.',
  LAST_INSTRUCTOR: '강의에는 강사가 한 명 이상 있어야 합니다. 먼저 다른 사람을 강사로 지정하세요.',
  ASSIGNMENT_NOT_FOUND: '없는 과제입니다.',
  ASSIGNMENT_NOT_OPEN: '이 과제는 {opens}에 열립니다.',
  ASSIGNMENT_CLOSED: '이 과제는 {closed}에 마감되었습니다. 강사에게 연장을 요청하세요.',
  ASSIGNMENT_TIME_OVER:
    '이번 시도의 제한 시간 {minutes}분이 지났습니다. 남은 시도가 있으면 처음부터 다시 시작하세요.',
  ATTEMPTS_USED: '이 과제의 시도 {attempts}회를 모두 썼습니다. 더 필요하면 강사에게 요청하세요.',
  ASSIGNMENT_HAS_WORK: '학습자가 이미 이 과제를 했습니다. 지우는 대신 숨기세요.',
  COURSE_HAS_WORK: '이 강의에는 학습자의 작업이 있습니다. 지우는 대신 보관하세요.',
  DATES_INVALID: '날짜가 서로 맞지 않습니다: {problem}.',
  INVITATION_INVALID: '없거나 만료되었거나 취소된 초대입니다. 강사에게 새 초대를 요청하세요.',
  INVITATION_FULL: '이 초대의 정원 {seats}명이 모두 찼습니다. 강사에게 문의하세요.',
  INVITATION_EMAIL:
    '이 초대는 {domain} 이메일 주소를 위한 것입니다. 관리자에게 주소를 등록해 달라고 하거나, 강사에게 추가해 달라고 하세요.',

  // Sessions and machines
  SESSION_NOT_FOUND: '없는 세션입니다.',
  SESSION_NOT_READY: '세션을 아직 사용할 수 없습니다. 준비될 때까지 기다리거나 실습을 다시 시작하세요.',
  SESSION_STATE_CONFLICT: '세션의 현재 상태에서는 할 수 없는 작업입니다.',
  SESSION_EXTEND_LIMIT: '세션은 {until}까지만 연장할 수 있습니다.',
  SESSION_LIMIT:
    '세션이 이미 최대 개수인 {limit}개 있습니다. 먼저 하나를 종료하세요. 종료하는 중인 세션도 완전히 끝날 때까지 개수에 포함됩니다.',
  LAB_TOO_LARGE:
    '"{lab}" 실습에는 {needed}이(가) 필요하지만 최대 {maximum}까지만 사용할 수 있습니다. 관리자에게 문의하세요.',
  LAB_START_FAILED: '"{lab}" 실습을 시작하지 못했습니다. 다음 오류를 실습 작성자에게 알리세요: {problem}',
  SESSION_IDLE: '{minutes}분 동안 활동이 없어 세션이 종료되었습니다.',
  SESSION_LIFETIME_OVER: '최대 이용 시간 {minutes}분이 지나 세션이 종료되었습니다.',
  MACHINE_NOT_FOUND: '이 세션에는 머신 "{machine}"이(가) 없습니다.',
  MACHINE_NOT_RUNNING: '머신이 실행 중이 아닙니다. 세션을 재시작하거나 실습을 다시 시작하세요.',
  MACHINE_LOST: '이 세션의 컨테이너가 사라졌습니다. 실습을 다시 시작하세요.',
  MACHINE_OUT_OF_MEMORY:
    '머신 "{machine}"이(가) 메모리 부족으로 여러 번 멈춰서 중지되었습니다. 실습을 다시 시작한 뒤 한 번에 실행하는 프로그램 수를 줄이세요.',
  MACHINE_DISK_FULL:
    '머신 "{machine}"의 디스크 사용량이 {used}(으)로 한도인 {limit}을(를) 넘어 세션이 중지되었습니다. 다음에는 디스크가 가득 차기 전에 파일을 삭제하세요.',
  PROVISIONING_TIMED_OUT:
    '{seconds}초 안에 환경이 준비되지 않았습니다. 실습을 다시 시작하고, 문제가 반복되면 관리자에게 문의하세요.',
  PROVISIONING_INTERRUPTED: '환경을 만드는 동안 서비스가 중지되었습니다. 실습을 다시 시작하세요.',
  SUBNETS_EXHAUSTED:
    '사용할 수 있는 네트워크가 모두 사용 중입니다. 다른 세션이 끝날 때까지 기다리세요. 문제가 계속되면 관리자에게 문의하세요.',
  EGRESS_UNAVAILABLE:
    '이 실습에는 인터넷 연결이 필요하지만, 이 엔진에는 필요한 방화벽 규칙을 설정할 수 없습니다: {problem}',
  NESTED_ENGINE_UNAVAILABLE:
    '여기서는 머신 안에서 컨테이너 엔진을 사용할 수 없습니다. 관리자에게 문의하세요: {problem}',
  ROOT_REFUSED:
    '컨테이너 엔진이 있는 머신에서는 명령을 root로 실행할 수 없습니다. 머신의 사용자를 지정하거나 생략하세요.',
  CONTAINER_NOT_FOUND: '컨테이너가 더 이상 없습니다.',
  COMMAND_FAILED: '머신에서 실행한 명령이 종료 코드 {exitCode}(으)로 실패했습니다: {problem}',

  // Saved work
  SAVE_OFF: '"{lab}" 실습의 세션은 저장할 수 없습니다.',
  SAVE_TOO_LARGE:
    '세션의 크기가 {size}(으)로 한도인 {limit}을(를) 넘어 저장하지 못했습니다. 필요 없는 파일을 삭제한 뒤 다시 저장하세요.',
  SAVE_OVER_DISK:
    '머신 "{machine}"의 사용량이 {size}(으)로 한도인 {limit}을(를) 넘어 세션을 저장하지 못했습니다. 파일을 삭제한 뒤 다시 저장하세요. "du -ahx / | sort -h | tail"을 실행하면 가장 큰 파일을 볼 수 있습니다.',
  SAVE_QUOTA_FULL:
    '저장 공간이 부족하여 세션을 저장하지 못했습니다. 필요한 공간은 {size}이고, 다른 저장된 작업이 {limit} 중 {used}을(를) 사용하고 있습니다. 필요 없는 저장된 작업을 삭제하세요. 가장 큰 것: {largest}.',
  SAVE_INTERRUPTED: '세션을 저장하는 동안 서비스가 중지되었습니다. 다시 저장하세요.',
  SAVED_STATE_NOT_FOUND: '저장된 작업이 없습니다. 삭제되었을 수 있습니다.',
  SAVED_STATE_EXPIRED: '저장된 작업은 보관 기한 {days}일이 지나 삭제되었습니다. 실습을 다시 시작하세요.',

  // Terminals and web servers
  TERMINAL_LIMIT: '이 세션에는 터미널이 이미 최대 개수인 {limit}개 열려 있습니다. 먼저 하나를 닫으세요.',
  VIEWER_LIMIT: '이 터미널을 이미 최대 인원인 {limit}명이 보고 있습니다. 먼저 한 명이 나가야 합니다.',
  TERMINAL_NOT_FOUND: '없는 터미널입니다.',
  RECORDING_NOT_FOUND: '없는 기록입니다.',
  TERMINAL_ENDED: '이 터미널의 셸이 종료되었습니다. 새 터미널을 여세요.',
  TERMINAL_ELSEWHERE: '이제 다른 프로세스가 이 터미널을 제공합니다. 다시 연결하세요.',
  TERMINAL_TOO_SLOW: '터미널 출력을 따라가지 못해 연결이 끊어졌습니다. 다시 연결하세요.',
  TERMINAL_READ_ONLY: '이 터미널은 보기만 할 수 있습니다.',
  TICKET_INVALID:
    '터미널 티켓이 만료되었거나 이미 사용되었거나 다른 터미널의 것입니다. 터미널을 다시 여세요.',
  ORIGIN_REFUSED: '{origin}의 페이지에서는 터미널을 열 수 없습니다. 관리자에게 문의하세요.',
  FRAME_INVALID: '터미널이 잘못된 프레임을 받았습니다: {problem}',
  FRAME_TOO_LARGE: '프레임이 너무 큽니다. 최대 {limit}바이트까지 보낼 수 있습니다.',
  TERMINAL_SIZE_INVALID:
    '터미널 크기 {rows}행 {cols}열은 사용할 수 없습니다. 1~{maxRows}행, 1~{maxCols}열이어야 합니다.',
  SHELL_NOT_STARTED: '셸을 시작하지 못했습니다: {problem}',
  PORT_CLOSED: '이 머신의 포트 {port}에서 응답이 없습니다. 해당 포트에서 서버를 시작하세요.',
  GATEWAY_UNAVAILABLE: '여기서는 머신의 포트에 접근할 수 없습니다. 관리자에게 문의하세요: {problem}',
  PREVIEWS_OFF: '여기서는 포트를 브라우저에서 열 수 없습니다. 관리자에게 문의하세요.',
  PREVIEW_UNKNOWN: '이 주소에 해당하는 머신이 없습니다. 실습에서 포트를 다시 여세요.',
  PREVIEW_REFUSED: '이 주소는 실습에서만 열 수 있습니다. 실습에서 포트를 다시 여세요.',
  PREVIEW_ORIGIN_REFUSED: '{origin}의 페이지는 이 세션에 접근할 수 없습니다.',
  PREVIEW_LIMIT: '이 세션의 연결이 이미 최대 개수인 {limit}개 열려 있습니다. 먼저 열린 페이지를 닫으세요.',
  PREVIEW_BROKEN:
    '머신 "{machine}"의 포트 {port}에 있는 서버가 HTTP를 사용하지 않거나, 응답을 마치기 전에 연결을 끊었습니다.',

  // Files
  FILE_NOT_FOUND: '"{path}"이(가) 없거나, 머신의 사용자에게 볼 권한이 없습니다.',
  FILE_DENIED: '머신의 사용자에게 "{path}"에 대한 권한이 없습니다.',
  FILE_IS_FOLDER: '"{path}"은(는) 폴더입니다.',
  FILE_IS_NO_FOLDER: '"{path}"은(는) 폴더가 아닙니다.',
  FILE_IS_SPECIAL: '"{path}"은(는) 파일도 폴더도 아니어서 복사할 수 없습니다.',
  FOLDER_NOT_EMPTY:
    '"{path}" 폴더가 비어 있지 않습니다. 안의 내용까지 삭제하려면 "recursive=true"를 추가하세요.',
  ARCHIVE_REFUSED: '아카이브를 거부했으며, 아무것도 풀지 않았습니다: {problem}',
  UPLOAD_TOO_LARGE: '업로드가 너무 큽니다. 최대 {limit}바이트까지 업로드할 수 있습니다.',
  UPLOAD_BROKEN: '업로드가 완료되기 전에 끊어졌습니다: {problem}',
  TRANSFER_LIMIT: '이미 최대 개수인 {limit}개의 파일을 전송하고 있습니다. 하나가 끝날 때까지 기다리세요.',
  TRANSFER_INTERRUPTED: '전송이 중단되었습니다. 다시 시도하세요.',

  // Checks and hints
  CHECK_BUSY: '이 단계를 이미 확인하고 있습니다. 끝날 때까지 기다리세요.',
  CHECK_TIMED_OUT: '확인이 {seconds}초 안에 끝나지 않아 중지되었습니다.',
  CHECK_OUTPUT_LIMIT: '확인 중 출력이 {limit}바이트를 넘어 중지되었습니다.',
  CHECK_INTERRUPTED: '확인하는 동안 서비스가 중지되었습니다. 다시 확인하세요.',
  CHECK_NOT_STARTED: '확인을 시작하지 못했습니다: {problem}',
  CHECK_RUNNER_MISSING:
    '이전 버전의 Berth에서 만든 머신이라 확인할 수 없습니다. 세션을 저장한 뒤 이어서 하거나 새로 시작하세요. 그래도 안 되면 관리자가 "berth up"을 실행해야 합니다.',
  CHECK_COPY_LIMIT:
    '확인하려면 머신에서 {bytes}바이트 또는 파일 {entries}개가 넘게 복사해야 합니다. 필요 없는 파일을 삭제하거나, 실습 작성자에게 경로를 줄여 달라고 요청하세요.',
  CHECK_SCORE_INVALID:
    '확인 결과로 잘못된 점수 "{score}"이(가) 나왔습니다. 실습 작성자가 고쳐야 합니다. 점수는 0.6, 60%, 3/5처럼 비율로 나타냅니다.',
  HINT_TOO_EARLY:
    '이 힌트는 이 단계에서 {needed}번 실패한 뒤에 볼 수 있습니다. 지금까지 {failures}번 실패했습니다. 다시 시도해 보세요.',

  // Images and jobs
  IMAGE_NOT_FOUND: '이미지 "{image}"이(가) 이 엔진에도, 접근할 수 있는 레지스트리에도 없습니다: {problem}',
  IMAGE_PIN_LOST:
    '이 버전의 실습에 "{image}"(으)로 고정된 이미지 {pinned}을(를) 더 이상 사용할 수 없습니다: {problem}. 관리자에게 문의하세요.',
  REGISTRY_UNREACHABLE: '이미지 "{image}"의 레지스트리가 올바르게 응답하지 않습니다: {problem}',
  REGISTRY_DENIED:
    '이미지 "{image}"의 레지스트리가 Berth의 인증 정보를 거부했습니다. 관리자에게 문의하세요. 레지스트리의 응답: {problem}',
  IMAGE_NOT_OURS:
    '이미지 "{image}"은(는) Berth가 내려받거나 빌드한 것이 아니므로 변경하지 않습니다. 다른 이름을 쓰거나 엔진의 도구를 사용하세요.',
  IMAGE_IN_USE: '이미지 "{image}"을(를) 사용 중입니다: {problem}',
  IMAGE_BUILD_FAILED: '이미지 "{image}"을(를) 빌드하지 못했습니다: {problem}',
  JOB_BUSY: '"{subject}"에 대한 작업이 이미 실행 중입니다. 끝날 때까지 기다리거나 취소하세요.',
  JOB_LIMIT:
    '대기 중인 작업이 이미 최대 개수인 {limit}개 있습니다. 일부가 끝날 때까지 기다리거나 취소하세요.',
  JOB_TIMED_OUT: '작업이 {minutes}분 안에 끝나지 않아 중지되었습니다.',
  JOB_INTERRUPTED: '작업이 실행되는 동안 서비스가 중지되었습니다. 다시 시작하세요.',
  LOCAL_REGISTRY_UNAVAILABLE: '로컬 레지스트리를 사용할 수 없습니다: {problem}.',
  LOCAL_REGISTRY_REFUSED: '로컬 레지스트리가 거부했습니다: {problem}. {remedy}.',

  // Engine, database, service
  ENGINE_UNREACHABLE: '컨테이너 엔진이 응답하지 않습니다. 관리자에게 문의하세요.',
  ENGINE_REFUSED: '컨테이너 엔진이 요청을 거부했습니다: {problem}',
  ENGINE_SETUP_REFUSED: '{problem}',
  SECRET_UNREADABLE:
    '저장된 비밀 값({thing})을 현재 키로 복호화할 수 없습니다. BERTH_SECRET_KEY를 암호화할 때 쓴 키로 설정하거나, 비밀 값을 다시 저장하세요.',
  DISK_FULL: '디스크가 가득 찼습니다({where}). 공간을 확보한 뒤 다시 시도하세요.',
  DATABASE_UNREACHABLE: '데이터베이스가 응답하지 않습니다. 관리자에게 문의하세요.',
  DATABASE_BUSY: '데이터베이스에 요청이 너무 많습니다. 잠시 후 다시 시도하세요.',
  MIGRATION_FAILED: '데이터베이스를 이 버전으로 마이그레이션하지 못했습니다: {problem}',
  CONFIG_INVALID: '{problem}',
  EVENTS_CLOSED: '서비스가 중지되는 중입니다.',
  SHUTTING_DOWN: '서비스가 중지되는 중입니다. 잠시 후 다시 시도하세요.',
  INTERNAL: '내부 오류가 발생했습니다. 자세한 내용은 서비스 로그에서 이 요청 ID로 찾을 수 있습니다.',
};
