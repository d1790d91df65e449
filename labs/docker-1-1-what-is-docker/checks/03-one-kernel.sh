#!/bin/bash
# Both files say what the machine itself says: this container has the same kernel, and the same first process.

cd "/machine/home/$BERTH_USER" 2>/dev/null || cd /tmp || exit 1

# The words of a file, with a space around each.
words() { printf ' %s ' "$(tr -s '[:space:]' ' ' <"$1")"; }

[ -f kernel.txt ] || fail \
  'There is no kernel.txt in your home yet: "uname -r" says what belongs into it.' \
  '홈 폴더에 아직 kernel.txt가 없습니다. 담을 내용은 "uname -r"이 알려 줍니다.'
[[ $(words kernel.txt) == *" $(uname -r) "* ]] || fail \
  'Your kernel.txt does not have the release of the kernel that runs here: ask "uname -r", not the files of the system.' \
  'kernel.txt에 여기서 도는 커널의 릴리스가 없습니다. 시스템의 파일이 아니라 "uname -r"에 물어보세요.'

[ -f first.txt ] || fail \
  'There is no first.txt in your home yet: the kernel keeps the name in /proc/1/comm.' \
  '홈 폴더에 아직 first.txt가 없습니다. 커널은 그 이름을 /proc/1/comm에 보여 줍니다.'
[[ $(words first.txt) == *" $(cat /proc/1/comm) "* ]] || fail \
  'Your first.txt does not name process number 1: look into /proc/1/comm.' \
  'first.txt에 1번 프로세스의 이름이 없습니다. /proc/1/comm을 들여다보세요.'

say "Right: the kernel is the host's, and number 1 is what this container was made to run." \
  '맞습니다. 커널은 호스트의 것이고, 1번은 이 컨테이너가 실행하도록 정해진 프로그램입니다.'
