#!/bin/bash
# The three files hold what the log says, whichever commands found it.

cd /machine/home/learner/workshop/logs 2>/dev/null || fail \
  'There is no folder ~/workshop/logs yet: create it with "mkdir -p ~/workshop/logs".' \
  '~/workshop/logs 폴더가 아직 없습니다. "mkdir -p ~/workshop/logs"로 만드세요.'

[ -f doors.log ] || fail \
  'There is no doors.log in ~/workshop/logs yet: paste the long line that creates it.' \
  '~/workshop/logs에 아직 doors.log가 없습니다. 로그를 만드는 긴 한 줄을 붙여넣으세요.'
read -r digest _ < <(sha256sum doors.log)
[ "$digest" = dd1b120b9a24609fb846437baa594687459e56f0ca82651b91e96b89c64cb23d ] || fail \
  'The file doors.log was changed: paste the long line that creates it again.' \
  'doors.log 파일이 처음 만든 것과 다릅니다. 로그를 만드는 긴 한 줄을 다시 붙여넣으세요.'

[ -f refused.txt ] || fail \
  'There is no refused.txt in ~/workshop/logs yet: write the output of "grep" into it with ">".' \
  '~/workshop/logs에 아직 refused.txt가 없습니다. "grep"의 결과를 ">"로 이 파일에 담으세요.'
cmp -s <(grep refused doors.log | sort) <(sort refused.txt) || fail \
  'The file refused.txt should contain all lines of doors.log with "refused", and no others.' \
  'refused.txt에는 doors.log에서 "refused"가 들어 있는 줄이 빠짐없이, 그리고 그 줄만 있어야 합니다.'

[ -f count.txt ] || fail \
  'There is no count.txt in ~/workshop/logs yet: "wc -l" counts lines.' \
  '~/workshop/logs에 아직 count.txt가 없습니다. 줄 수는 "wc -l"로 셉니다.'
read -r count _ <count.txt
[ "$count" = "$(grep -c refused doors.log)" ] || fail \
  "The file count.txt should start with the number of lines in refused.txt, not with \"${count:0:20}\"." \
  "count.txt는 refused.txt의 줄 수로 시작해야 하는데 \"${count:0:20}\"은(는) 그 수가 아닙니다."

[ -f suspect.txt ] || fail \
  'There is no suspect.txt in ~/workshop/logs yet: cut the badges out of refused.txt and count them.' \
  '~/workshop/logs에 아직 suspect.txt가 없습니다. refused.txt에서 카드 번호만 잘라 내어 세어 보세요.'
suspect=$(grep refused doors.log | cut -d ' ' -f 3 | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
named=$(grep -oE 'badge-[0-9]{2}' suspect.txt | sort -u)
[ -n "$named" ] || fail \
  'The file suspect.txt contains no badge yet: it should contain one such as "badge-01".' \
  'suspect.txt에 카드가 없습니다. "badge-01"과 같은 카드가 하나 있어야 합니다.'
[ "$(wc -l <<<"$named")" -eq 1 ] || fail \
  'The file suspect.txt contains several badges: keep only the first line with "head -n 1".' \
  'suspect.txt에 카드가 여럿 있습니다. "head -n 1"로 첫 줄만 남기세요.'
[ "$named" = "$suspect" ] || fail \
  "Another badge was refused more often than $named: sort the counts with \"sort -rn\"." \
  "$named보다 더 많이 거부된 카드가 있습니다. \"sort -rn\"으로 횟수가 많은 것부터 늘어놓으세요."

say "Found: $suspect has some explaining to do." "찾았습니다. $suspect에게 물어볼 것이 많겠네요."
