#!/bin/bash
# The file must contain the answer of the daemon's API, from any client.

answer=/machine/home/$BERTH_USER/version.json
[ -s "$answer" ] || fail \
  'Your home folder has no version.json with content yet.' \
  '홈 폴더에 아직 내용이 든 version.json이 없습니다.'
grep -q '"ApiVersion"' "$answer" || fail \
  'Your version.json is not an answer of the API, which contains "ApiVersion": send a request to the socket with "curl".' \
  'version.json이 API의 응답이 아닙니다. API의 응답에는 "ApiVersion"이 들어 있습니다. "curl"로 소켓에 물어보세요.'
built=$(docker version --format '{{.Server.GitCommit}}') || fail \
  'Your engine does not answer. Try again in a moment.' \
  '도커 엔진이 대답하지 않습니다. 잠시 뒤에 다시 해 보세요.'
grep -q "\"GitCommit\" *: *\"$built\"" "$answer" || fail \
  'Your version.json is not from this engine: send the request again.' \
  'version.json이 이 엔진의 대답이 아닙니다. 다시 물어보세요.'
say "This is the daemon's answer to any client." '데몬은 어느 클라이언트에게나 이렇게 대답합니다.'
