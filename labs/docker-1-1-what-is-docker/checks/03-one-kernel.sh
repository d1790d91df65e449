#!/bin/bash
# Both files must match this container, which has the same kernel and the same first process as the machine.

cd "/machine/home/$BERTH_USER" 2>/dev/null || cd /tmp || exit 1

# Prints the words of a file, each surrounded by spaces.
words() { printf ' %s ' "$(tr -s '[:space:]' ' ' <"$1")"; }

[ -f kernel.txt ] || fail \
  'Your home folder has no kernel.txt yet: "uname -r" prints what belongs in it.' \
  '홈 폴더에 아직 kernel.txt가 없습니다. 담을 내용은 "uname -r"이 알려 줍니다.'
[[ $(words kernel.txt) == *" $(uname -r) "* ]] || fail \
  'Your kernel.txt does not have the release of the running kernel: use "uname -r", not the files of the system.' \
  'kernel.txt에 여기서 도는 커널의 릴리스가 없습니다. 시스템의 파일이 아니라 "uname -r"에 물어보세요.'

[ -f first.txt ] || fail \
  'Your home folder has no first.txt yet: the kernel shows the name in /proc/1/comm.' \
  '홈 폴더에 아직 first.txt가 없습니다. 커널은 그 이름을 /proc/1/comm에 보여 줍니다.'
[[ $(words first.txt) == *" $(cat /proc/1/comm) "* ]] || fail \
  'Your first.txt does not contain the name of process number 1: read /proc/1/comm.' \
  'first.txt에 1번 프로세스의 이름이 없습니다. /proc/1/comm을 들여다보세요.'

say "Right: the kernel is the host's, and number 1 is the program that this container was created to run." \
  '맞습니다. 커널은 호스트의 것이고, 1번은 이 컨테이너가 실행하도록 정해진 프로그램입니다.'
