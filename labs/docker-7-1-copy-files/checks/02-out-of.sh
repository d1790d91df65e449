#!/bin/bash
# The host's file must be the same as the one in the container, whether the container runs or not.

docker container inspect box >/dev/null 2>&1 || fail \
  'The container "box" no longer exists: repeat the previous step.' \
  '"box" 컨테이너가 없어졌습니다. 앞 단계부터 다시 하세요.'
docker container cp box:/root/report.txt - >/dev/null 2>&1 || fail \
  'The container "box" has no /root/report.txt yet: create one in it.' \
  '"box" 컨테이너에 아직 /root/report.txt가 없습니다. 컨테이너가 쓰게 하세요.'
report=/machine/home/$BERTH_USER/report.txt
[ -s "$report" ] || fail \
  'Your home folder has no report.txt with content yet.' \
  '홈 폴더에 아직 내용이 든 report.txt가 없습니다.'
docker container cp box:/root/report.txt - | tar -xO 2>/dev/null | cmp -s - "$report" || fail \
  'Your report.txt differs from the one in the container: copy it again.' \
  'report.txt가 컨테이너에 있는 것과 다릅니다. 다시 복사하세요.'
say 'You have the file from the container.' '컨테이너가 쓴 것을 꺼내 왔습니다.'
