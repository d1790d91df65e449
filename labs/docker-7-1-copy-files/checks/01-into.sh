#!/bin/bash
# The file in the container must be the same as the host's.

letter=/machine/home/$BERTH_USER/letter.txt
[ -s "$letter" ] || fail \
  'Your home folder has no letter.txt with content yet.' \
  '홈 폴더에 아직 내용이 든 letter.txt가 없습니다.'
docker container inspect box >/dev/null 2>&1 || fail \
  'There is no container named "box" yet.' '"box"라는 이름의 컨테이너가 아직 없습니다.'
docker container cp box:/tmp/letter.txt - >/dev/null 2>&1 || fail \
  'The container "box" has no /tmp/letter.txt yet.' '"box" 컨테이너에 아직 /tmp/letter.txt가 없습니다.'
docker container cp box:/tmp/letter.txt - | tar -xO 2>/dev/null | cmp -s - "$letter" || fail \
  'The letter in the container differs from the one in your home folder: copy it again.' \
  '컨테이너에 있는 편지가 홈 폴더의 것과 다릅니다. 다시 복사하세요.'
say 'The letter has arrived.' '편지가 도착했습니다.'
