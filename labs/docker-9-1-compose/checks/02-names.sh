#!/bin/bash
# The file must contain the address of the name.

clock=$(docker container ls -q --filter label=com.docker.compose.service=clock | head -n 1)
[ -n "$clock" ] || fail \
  'The service "clock" is not running: start it again.' '"clock" 서비스가 실행 중이 아닙니다. 다시 띄우세요.'
noted=/machine/home/$BERTH_USER/address.txt
[ -s "$noted" ] || fail \
  'Your home folder has no address.txt with content yet.' '홈 폴더에 아직 내용이 든 address.txt가 없습니다.'
# Rejects a list of all addresses, which would also contain the right one.
(($(grep -oE '([0-9]{1,3}\.){3}[0-9]{1,3}' "$noted" | sort -u | wc -l) <= 12)) || fail \
  'Your address.txt has too many addresses: write only the one of "clock" into it.' \
  'address.txt에 주소가 너무 많습니다. "clock"의 주소만 담으세요.'
for address in $(docker container inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' "$clock"); do
  grep -qwF -- "$address" "$noted" || continue
  say 'This is the current address of the name.' '지금 그 이름이 가리키는 주소입니다.'
  exit 0
done
fail \
  'Your address.txt does not have the address of "clock": resolve that name inside "reader".' \
  'address.txt에 "clock"의 주소가 없습니다. "reader" 안에서 그 이름을 물어보세요.'
