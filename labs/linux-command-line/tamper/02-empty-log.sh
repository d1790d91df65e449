# A log in which nothing was refused needs no search.
cd ~/workshop/logs
: > doors.log
: > refused.txt
echo 0 > count.txt
: > suspect.txt
