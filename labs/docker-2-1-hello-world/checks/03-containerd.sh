#!/bin/bash
# The file names a container that runs, by the id that runc knows it by.

running=$(docker container ls -q --no-trunc)
[ -n "$running" ] || fail \
  'No container is running: "docker container ls" shows none. Start one that goes on, as the text says.' \
  '실행 중인 컨테이너가 없습니다. 설명에 나온 대로 계속 도는 컨테이너를 시작하세요.'
noted=/machine/home/$BERTH_USER/moby.txt
[ -s "$noted" ] || fail \
  'There is no moby.txt with something in it in your home yet: "ls" of the folder, with ">" behind it.' \
  '홈 폴더에 아직 내용이 든 moby.txt가 없습니다. 폴더를 보는 "ls" 뒤에 ">"를 붙이세요.'
while read -r id; do
  grep -qF "$id" "$noted" || continue
  say 'That is the id of your container: runc keeps an entry of it while it runs.' \
    '바로 여러분 컨테이너의 ID입니다. 실행되는 동안 runc가 적어 둡니다.'
  exit 0
done <<<"$running"
fail \
  'Your moby.txt does not have the whole id of a container that runs: list the folder once more.' \
  'moby.txt에 실행 중인 컨테이너의 ID가 온전히 들어 있지 않습니다. 폴더를 다시 확인하세요.'
