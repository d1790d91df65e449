#!/bin/bash
# The file of the host is the one in the container, whether that runs or not.

docker container inspect box >/dev/null 2>&1 || fail \
  'There is no container named "box" any more: begin with the step before.' \
  '"box" 컨테이너가 없어졌습니다. 앞 단계부터 다시 하세요.'
docker container cp box:/root/report.txt - >/dev/null 2>&1 || fail \
  'The container "box" has no /root/report.txt yet: let it write one.' \
  '"box" 컨테이너에 아직 /root/report.txt가 없습니다. 컨테이너가 쓰게 하세요.'
report=/machine/home/$BERTH_USER/report.txt
[ -s "$report" ] || fail \
  'There is no report.txt with something in it in your home yet.' \
  '홈 폴더에 아직 내용이 든 report.txt가 없습니다.'
docker container cp box:/root/report.txt - | tar -xO 2>/dev/null | cmp -s - "$report" || fail \
  'Your report.txt is not what the container has: copy it once more.' \
  'report.txt가 컨테이너에 있는 것과 다릅니다. 다시 복사하세요.'
say 'What the container has written is yours.' '컨테이너가 쓴 것을 꺼내 왔습니다.'
