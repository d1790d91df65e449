#!/bin/bash
# Both services must run, and one must read the output of the other.

service() { docker container ls -q --filter "label=com.docker.compose.service=$1" | head -n 1; }

for name in clock reader; do
  [ -n "$(service "$name")" ] || fail \
    "The service \"$name\" is not running: use \"docker compose up -d\" in the folder of the file, then \"docker compose ps -a\"." \
    "\"$name\" 서비스가 실행 중이 아닙니다. 파일이 있는 폴더에서 \"docker compose up -d\"를 실행하고 \"docker compose ps -a\"로 확인하세요."
done
# The services must come from a file: anyone can set labels by hand.
file=$(docker container inspect --format '{{index .Config.Labels "com.docker.compose.project.config_files"}}' "$(service clock)")
[[ $file == /home/* && $file != *..* ]] && grep -qE '^[[:space:]]+reader:' "/machine$file" 2>/dev/null || fail \
  'The services were not started from a compose.yaml in the folder "times" that contains "reader": start those of your file.' \
  '"times" 폴더에 있는, "reader"가 든 compose.yaml로 만든 서비스가 아닙니다. 여러분의 파일로 띄우세요.'
# A new service needs a second, and the file is briefly empty during a write.
soon() { for _ in 1 2 3 4 5 6; do ! "$@" || return 0; sleep 0.5; done; return 1; }
# The engine reads the file, not a program in the container.
sees() { docker container cp "$(service "$1"):/shared/now" - 2>/dev/null | tar -xO 2>/dev/null | grep -q .; }
prints_time() { docker container logs --tail 3 "$(service reader)" 2>&1 | grep -qE '[0-9]{2}:[0-9]{2}:[0-9]{2}'; }

soon sees clock || fail \
  'The service "clock" has not written /shared/now: compare its command with the text.' \
  '"clock" 서비스가 /shared/now를 쓰지 않았습니다. 명령이 설명에 나온 것과 같은가요?'
soon sees reader || fail \
  'The service "reader" has no /shared/now: mount the same volume at the same path.' \
  '"reader" 서비스에서 /shared/now가 보이지 않습니다. 같은 볼륨을 같은 자리에 붙여야 합니다.'
# Both must mount the same volume at that path.

volume() {
  docker container inspect --format '{{range .Mounts}}{{if eq .Destination "/shared"}}{{.Name}}{{end}}{{end}}' "$(service "$1")"
}
[ -n "$(volume clock)" ] && [ "$(volume clock)" = "$(volume reader)" ] || fail \
  'The services "clock" and "reader" do not share a volume at /shared: mount the same volume in both.' \
  '"clock"과 "reader" 서비스의 /shared에 같은 볼륨이 붙어 있지 않습니다. 둘 다 같은 볼륨을 붙여야 합니다.'
soon prints_time || fail \
  'The service "reader" is running, but does not print the time: "docker compose logs reader" shows its output.' \
  '"reader" 서비스가 실행 중이지만 시각을 찍지 않습니다. 무엇을 출력하는지는 "docker compose logs reader"로 볼 수 있습니다.'
say 'One service writes, the other reads, and they share the volume.' '하나는 쓰고 하나는 읽으며, 그 사이에 볼륨이 있습니다.'
