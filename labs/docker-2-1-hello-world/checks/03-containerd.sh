#!/bin/bash
# The file must contain the id that runc uses for a running container.

running=$(docker container ls -q --no-trunc)
[ -n "$running" ] || fail \
  'No container is running: "docker container ls" shows none. Start one that keeps running, as in the text.' \
  '실행 중인 컨테이너가 없습니다. 설명에 나온 대로 계속 도는 컨테이너를 시작하세요.'
noted=/machine/home/$BERTH_USER/moby.txt
[ -s "$noted" ] || fail \
  'Your home folder has no moby.txt with content yet: list the folder with "ls", and write the output there with ">".' \
  '홈 폴더에 아직 내용이 든 moby.txt가 없습니다. 폴더를 보는 "ls" 뒤에 ">"를 붙이세요.'
while read -r id; do
  grep -qF "$id" "$noted" || continue
  say 'This is the id of your container: runc has an entry for it while it runs.' \
    '바로 여러분 컨테이너의 ID입니다. 실행되는 동안 runc가 적어 둡니다.'
  exit 0
done <<<"$running"
fail \
  'Your moby.txt does not contain the complete id of a running container: list the folder again.' \
  'moby.txt에 실행 중인 컨테이너의 ID가 온전히 들어 있지 않습니다. 폴더를 다시 확인하세요.'
