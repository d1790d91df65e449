# Counted without the first "sort", so equal badges are not adjacent.
awk 'BEGIN { split("north east south west", door); for (i = 0; i < 720; i++) printf "%02d:%02d %s badge-%02d %s\n", 7 + i / 60, i % 60, door[i % 5 % 4 + 1], i * i % 37, i % 11 == 4 || i * i % 37 == 12 ? "refused" : "opened" }' > ~/workshop/logs/doors.log
cd ~/workshop/logs
grep refused doors.log > refused.txt
wc -l < refused.txt > count.txt
cut -d ' ' -f 3 refused.txt | uniq -c | sort -n | head -n 1 > suspect.txt
