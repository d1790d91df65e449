#!/bin/bash
# The counter was interrupted, and not before it had counted a little.

home=/machine/home/$BERTH_USER
noted=$home/counted.txt
[ -s "$noted" ] || fail \
  'The counter has not been stopped with Ctrl+C yet: start it with "./counter" in your home folder, wait a little, then stop it.' \
  '아직 계수기를 Ctrl+C로 멈추지 않았습니다. 홈 폴더에서 "./counter"로 시작하고, 잠시 기다렸다가 멈추세요.'
read -r count code _ <"$noted"
# As the counter makes it.
signed=$(echo "$(cat "$home/.counter-seed" 2>/dev/null) $count" | sha256sum | cut -c 1-12)
[[ $count =~ ^[1-9][0-9]{0,8}$ && $code == "$signed" ]] || fail \
  'The counter did not write this number. Let it write counted.txt: start it with "./counter", and stop it with Ctrl+C.' \
  '계수기가 적은 내용이 아닙니다. counted.txt는 계수기가 쓰게 하세요. "./counter"로 시작하고 Ctrl+C로 멈추면 됩니다.'
((count >= 3)) || fail \
  'The counter was stopped too soon: let it count at least to 3.' \
  '계수기를 너무 일찍 멈추었습니다. 적어도 3까지 세게 두세요.'
say 'You stopped the program with Ctrl+C.' 'Ctrl+C를 누르니 프롬프트가 돌아왔습니다.'
