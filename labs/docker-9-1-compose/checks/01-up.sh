#!/bin/bash
# Both services run, and the one reads what the other writes.

service() { docker container ls -q --filter "label=com.docker.compose.service=$1" | head -n 1; }

for name in clock reader; do
  [ -n "$(service "$name")" ] || fail \
    "No service \"$name\" runs: \"docker compose up -d\" in the folder of the file, then \"docker compose ps -a\"." \
    "\"$name\" 서비스가 실행 중이 아닙니다. 파일이 있는 폴더에서 \"docker compose up -d\"를 실행하고 \"docker compose ps -a\"로 확인하세요."
done
# The file that they were made of. Labels alone could be given by hand.
file=$(docker container inspect --format '{{index .Config.Labels "com.docker.compose.project.config_files"}}' "$(service clock)")
[[ $file == /home/* && $file != *..* ]] && grep -qE '^[[:space:]]+reader:' "/machine$file" 2>/dev/null || fail \
  'The services were not made of a compose.yaml in the folder "times" that has "reader" in it: bring up yours.' \
  '"times" 폴더에 있는, "reader"가 든 compose.yaml로 만든 서비스가 아닙니다. 여러분의 파일로 띄우세요.'
# What was started a moment ago needs a second, and a file is empty for a moment while it is written.
soon() { for _ in 1 2 3 4 5 6; do ! "$@" || return 0; sleep 0.5; done; return 1; }
# The engine hands the file out, and no program of the container's.
sees() { docker container cp "$(service "$1"):/shared/now" - 2>/dev/null | tar -xO 2>/dev/null | grep -q .; }
prints_time() { docker container logs --tail 3 "$(service reader)" 2>&1 | grep -qE '[0-9]{2}:[0-9]{2}:[0-9]{2}'; }

soon sees clock || fail \
  'The service "clock" has not written /shared/now: is its command as in the text?' \
  '"clock" 서비스가 /shared/now를 쓰지 않았습니다. 명령이 설명에 나온 것과 같은가요?'
soon sees reader || fail \
  'The service "reader" sees no /shared/now: it needs the same volume at the same place.' \
  '"reader" 서비스에서 /shared/now가 보이지 않습니다. 같은 볼륨을 같은 자리에 붙여야 합니다.'
# The same volume, under that path.
volume() {
  docker container inspect --format '{{range .Mounts}}{{if eq .Destination "/shared"}}{{.Name}}{{end}}{{end}}' "$(service "$1")"
}
[ -n "$(volume clock)" ] && [ "$(volume clock)" = "$(volume reader)" ] || fail \
  'The services "clock" and "reader" do not have one volume at /shared: both need the same one there.' \
  '"clock"과 "reader" 서비스의 /shared에 같은 볼륨이 붙어 있지 않습니다. 둘 다 같은 볼륨을 붙여야 합니다.'
soon prints_time || fail \
  'The service "reader" runs, but does not print the time: "docker compose logs reader" shows what it prints.' \
  '"reader" 서비스가 실행 중이지만 시각을 찍지 않습니다. 무엇을 찍는지는 "docker compose logs reader"로 볼 수 있습니다.'
say 'The one writes, the other reads, and the volume is between them.' '하나는 쓰고 하나는 읽으며, 그 사이에 볼륨이 있습니다.'
