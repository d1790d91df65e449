#!/bin/bash
# Both containers must run from ubuntu, and the file must contain their addresses.

noted=/machine/home/$BERTH_USER/addresses.txt
ubuntu=$(docker image inspect --format '{{.Id}}' ubuntu 2>/dev/null)
format='{{.Image}} {{.State.Status}} {{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}'
for name in one two; do
  found=$(docker container inspect --format "$format" "$name" 2>/dev/null) || fail \
    "There is no container named \"$name\" yet." "\"$name\" 컨테이너가 아직 없습니다."
  read -r image status address _ <<<"$found"
  [ "$image" = "$ubuntu" ] || fail \
    "The container \"$name\" was not created from ubuntu: remove it with \"docker container rm -f $name\", and create it again." \
    "\"$name\" 컨테이너를 ubuntu로 만들지 않았습니다. \"docker container rm -f $name\"으로 지우고 다시 만드세요."
  [ "$status" = running ] || fail \
    "The container \"$name\" is no longer running: remove it, and create it with a command that keeps running, such as \"sleep infinity\"." \
    "\"$name\" 컨테이너가 실행 중이 아닙니다. 지우고, \"sleep infinity\"처럼 계속 도는 명령을 주어 다시 만드세요."
  [ -s "$noted" ] || fail \
    'Your home folder has no addresses.txt with content yet.' \
    '홈 폴더에 아직 내용이 든 addresses.txt가 없습니다.'
  [ -n "$address" ] && grep -qwF -- "$address" "$noted" || fail \
    "Your addresses.txt does not have the address of \"$name\"." "addresses.txt에 \"$name\"의 주소가 없습니다."
done
# Rejects a list of all addresses, which would also contain the right ones.
(($(grep -oE '([0-9]{1,3}\.){3}[0-9]{1,3}' "$noted" | sort -u | wc -l) <= 12)) || fail \
  'Your addresses.txt has too many addresses: write only those of "one" and "two" into it.' \
  'addresses.txt에 주소가 너무 많습니다. "one"과 "two"의 주소만 담으세요.'
say 'Two instances of one image, each with its own address.' '이미지 하나로 만든 인스턴스 둘이 저마다 자기 주소를 가졌습니다.'
