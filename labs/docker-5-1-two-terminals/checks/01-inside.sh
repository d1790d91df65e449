#!/bin/bash
# A container of ubuntu runs, with a terminal that somebody can type into.

ubuntu=$(docker image inspect --format '{{.Id}}' ubuntu 2>/dev/null)
running=
while read -r id; do
  state=$(docker container inspect --format '{{.Image}} {{.Config.OpenStdin}} {{.Config.Tty}}' "$id")
  [ "${state%% *}" != "$ubuntu" ] || running=$state
  [ "$state" != "$ubuntu true true" ] || {
    say 'It is up, and its shell waits for what you type.' '컨테이너가 실행 중이고, 셸이 입력을 기다리고 있습니다.'
    exit 0
  }
done < <(docker container ls -q)
[ -z "$running" ] || fail \
  'A container of ubuntu runs, but nobody can type into it: give "run" both -i and -t.' \
  'ubuntu 컨테이너가 실행 중이지만 입력할 수가 없습니다. "run"에 -i와 -t를 모두 쓰세요.'
fail \
  'No container of ubuntu runs now: stay in its shell in terminal 1, and press Check meanwhile.' \
  '실행 중인 ubuntu 컨테이너가 없습니다. 터미널 1에서 셸을 열어 둔 채로 확인을 누르세요.'
