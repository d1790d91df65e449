#!/bin/bash
# The counter was interrupted, and not before it had counted a little.

noted=/machine/home/$BERTH_USER/counted.txt
[ -s "$noted" ] || fail \
  'The counter has not been stopped with Ctrl+C yet: start it with "./counter" in your home, wait a little, then stop it.' \
  '아직 계수기를 Ctrl+C로 멈추지 않았습니다. 홈 폴더에서 "./counter"로 시작하고, 잠시 기다렸다가 멈추세요.'
read -r count <"$noted"
[[ $count =~ ^[0-9]{1,9}$ ]] && ((10#$count >= 3)) || fail \
  'The counter was stopped too soon: let it count to 3 at least.' \
  '계수기를 너무 일찍 멈추었습니다. 적어도 3까지 세게 두세요.'
say 'Ctrl+C, and the prompt is yours again.' 'Ctrl+C를 누르니 프롬프트가 돌아왔습니다.'
