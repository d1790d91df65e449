#!/bin/bash
# The script greets whoever is named, and the diary is its owner's alone.
cd /home/learner/workshop 2>/dev/null || {
  echo 'There is no folder ~/workshop yet: make it with "mkdir ~/workshop".'
  exit 1
}

not_yet() {
  echo "$1"
  exit 1
}

[ -f greet.sh ] || not_yet 'There is no greet.sh in ~/workshop yet: write it with "nano greet.sh".'
head -n 1 greet.sh | grep -q '^#!' || not_yet 'The first line of greet.sh should be "#!/bin/bash": it says which program reads the rest.'
[ -x greet.sh ] || not_yet 'You may not run greet.sh yet: "chmod u+x greet.sh" changes that.'

# A name that nobody writes into the script beforehand.
name=Learner-$RANDOM
greeting=$(timeout 5 ./greet.sh "$name" 2>&1 | head -c 1000)
case $greeting in
  *"Hello, $name!"*) ;;
  *"$name"*) not_yet "\"./greet.sh $name\" should print \"Hello, $name!\", and printed something else: ${greeting:0:80}" ;;
  *Hello*) not_yet "\"./greet.sh $name\" greets somebody else: \$1 in the script stands for the name that is given." ;;
  *) not_yet "\"./greet.sh $name\" should print \"Hello, $name!\": run it yourself and see what it says." ;;
esac

[ -f diary.txt ] || not_yet 'There is no diary.txt in ~/workshop yet: write a line into it with "nano diary.txt".'
mode=$(stat -L -c %a diary.txt)
(((8#$mode & 8#077) == 0)) ||
  not_yet "Others can get at diary.txt still (\"ls -l\" shows it): take their rights away with \"chmod go-rwx diary.txt\"."
[ -r diary.txt ] || not_yet 'You can not read your own diary.txt any more: "chmod u+rw diary.txt" gives that back.'
grep -q '[^[:space:]]' diary.txt || not_yet 'Your diary.txt is empty: write a line into it.'

echo 'Hello indeed: that is a command of your own, and a diary of your own.'
