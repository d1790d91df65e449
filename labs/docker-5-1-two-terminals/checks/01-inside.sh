#!/bin/bash
# A container of ubuntu must run with an open terminal.

ubuntu=$(docker image inspect --format '{{.Id}}' ubuntu 2>/dev/null)
running=
while read -r id; do
  state=$(docker container inspect --format '{{.Image}} {{.Config.OpenStdin}} {{.Config.Tty}}' "$id")
  [ "${state%% *}" != "$ubuntu" ] || running=$state
  [ "$state" != "$ubuntu true true" ] || {
    say 'The container is running, and its shell waits for input.' '컨테이너가 실행 중이고, 셸이 입력을 기다리고 있습니다.'
    exit 0
  }
done < <(docker container ls -q)
[ -z "$running" ] || fail \
  'A container of ubuntu is running, but without a terminal: use both -i and -t with "run".' \
  'ubuntu 컨테이너가 실행 중이지만 입력할 수가 없습니다. "run"에 -i와 -t를 모두 쓰세요.'
fail \
  'No container of ubuntu is running: keep its shell open in terminal 1 when you press Check.' \
  '실행 중인 ubuntu 컨테이너가 없습니다. 터미널 1에서 셸을 열어 둔 채로 확인을 누르세요.'
