#!/bin/bash
# The container must run at an address that is not in the file.

noted=/machine/home/$BERTH_USER/addresses.txt
[ -s "$noted" ] || fail \
  'Your addresses.txt no longer exists: repeat the previous step.' 'addresses.txt가 없어졌습니다. 앞 단계를 다시 하세요.'
for name in one three; do
  status=$(docker container inspect --format '{{.State.Status}}' "$name" 2>/dev/null) || fail \
    "There is no container named \"$name\"." "지금은 \"$name\" 컨테이너가 없습니다."
  [ "$status" = running ] || fail \
    "The container \"$name\" is not running: \"docker container start $name\" starts it." \
    "\"$name\" 컨테이너가 실행 중이 아닙니다. \"docker container start $name\"으로 시작하세요."
done
started() { docker container inspect --format '{{.State.StartedAt}}' "$1"; }
[[ $(started one) > $(started three) ]] || fail \
  'The container "one" was not started after "three": stop "one", start "three", then start "one" again.' \
  '"one"을 "three"보다 나중에 시작하지 않았습니다. "one"을 멈추고, 그동안 "three"를 시작한 다음, "one"을 다시 시작하세요.'
address=$(docker container inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' one)
! grep -qwF -- "${address%% *}" "$noted" || fail \
  'The container "one" has an address that is already in the file: stop it, start "three", then start "one" again.' \
  '"one"이 전에 적어 둔 주소를 그대로 씁니다. "one"을 멈추고, 그동안 "three"를 시작한 다음, "one"을 다시 시작하세요.'
say "The same container with another address: ${address%% *}." "같은 컨테이너인데 주소는 ${address%% *}로 달라졌습니다."
