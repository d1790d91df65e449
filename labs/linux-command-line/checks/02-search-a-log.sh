#!/bin/bash
# The three files hold what the log says, whichever commands found it.
cd /home/learner/workshop/logs 2>/dev/null || {
  echo 'There is no folder ~/workshop/logs yet: make it with "mkdir -p ~/workshop/logs".'
  exit 1
}

not_yet() {
  echo "$1"
  exit 1
}

[ -f doors.log ] || not_yet 'There is no doors.log in ~/workshop/logs yet: paste the long line that makes it.'
read -r digest _ < <(sha256sum doors.log)
[ "$digest" = dd1b120b9a24609fb846437baa594687459e56f0ca82651b91e96b89c64cb23d ] ||
  not_yet 'The file doors.log is not as it was made: paste the long line that makes it once more.'

[ -f refused.txt ] || not_yet 'There is no refused.txt in ~/workshop/logs yet: send what "grep" prints into it with ">".'
cmp -s <(grep refused doors.log | sort) <(sort refused.txt) ||
  not_yet 'The file refused.txt should hold the lines of doors.log that say "refused", all of them and no others.'

[ -f count.txt ] || not_yet 'There is no count.txt in ~/workshop/logs yet: "wc -l" counts lines.'
read -r count _ <count.txt
[ "$count" = "$(grep -c refused doors.log)" ] ||
  not_yet "The file count.txt should begin with the number of lines in refused.txt, which \"${count:0:20}\" is not."

[ -f suspect.txt ] || not_yet 'There is no suspect.txt in ~/workshop/logs yet: cut the badges out of refused.txt and count them.'
suspect=$(grep refused doors.log | cut -d ' ' -f 3 | sort | uniq -c | sort -rn | awk 'NR == 1 { print $2 }')
named=$(grep -oE 'badge-[0-9]{2}' suspect.txt | sort -u)
[ -n "$named" ] || not_yet 'The file suspect.txt names no badge yet: it should hold one such as "badge-01".'
[ "$(wc -l <<<"$named")" -eq 1 ] || not_yet 'The file suspect.txt names several badges: keep only the first line, with "head -n 1".'
[ "$named" = "$suspect" ] || not_yet "Another badge than $named was refused more often: put the counts in order with \"sort -rn\"."

echo "Found: $suspect has some explaining to do."
