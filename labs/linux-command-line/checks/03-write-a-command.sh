#!/bin/bash
# The script must greet the given name, and only its owner may access the diary.

cd /machine/home/learner/workshop 2>/dev/null || fail \
  'There is no folder ~/workshop yet: create it with "mkdir ~/workshop".' \
  '~/workshop 폴더가 아직 없습니다. "mkdir ~/workshop"으로 만드세요.'

[ -f greet.sh ] || fail \
  'There is no greet.sh in ~/workshop yet: write it with "nano greet.sh".' \
  '~/workshop에 아직 greet.sh가 없습니다. "nano greet.sh"로 쓰세요.'
head -n 1 greet.sh | grep -q '^#!' || fail \
  'The first line of greet.sh should be "#!/bin/bash": it names the program that runs the script.' \
  'greet.sh의 첫 줄은 "#!/bin/bash"여야 합니다. 나머지를 어떤 프로그램이 읽을지 알려 주는 줄입니다.'
[ -x greet.sh ] || fail \
  'You cannot run greet.sh yet: "chmod u+x greet.sh" makes it executable.' \
  '아직 greet.sh를 실행할 수 없습니다. "chmod u+x greet.sh"로 바꾸세요.'

[ -f diary.txt ] || fail \
  'There is no diary.txt in ~/workshop yet: write a line into it with "nano diary.txt".' \
  '~/workshop에 아직 diary.txt가 없습니다. "nano diary.txt"로 한 줄을 쓰세요.'
mode=$(stat -L -c %a diary.txt)
(((8#$mode & 8#077) == 0)) || fail \
  "Others still have access to diary.txt (\"ls -l\" shows it): remove their permissions with \"chmod go-rwx diary.txt\"." \
  "아직 다른 사람도 diary.txt를 쓸 수 있습니다(\"ls -l\"로 보입니다). \"chmod go-rwx diary.txt\"로 권한을 빼앗으세요."
[ -r diary.txt ] || fail \
  'You cannot read your own diary.txt: "chmod u+rw diary.txt" restores your permissions.' \
  '여러분도 diary.txt를 읽을 수 없게 되었습니다. "chmod u+rw diary.txt"로 되돌리세요.'
grep -q '[^[:space:]]' diary.txt || fail 'Your diary.txt is empty: write a line into it.' 'diary.txt가 비어 있습니다. 한 줄을 쓰세요.'

# Last, since it is the learner's program and could change what is looked at here. A name that nobody writes into it
# beforehand.
name=Learner-$RANDOM
greeting=$(timeout 5 ./greet.sh "$name" 2>&1 | head -c 1000)
case $greeting in
  *"Hello, $name!"*) ;;
  *"$name"*) fail \
    "\"./greet.sh $name\" should print \"Hello, $name!\", but printed: ${greeting:0:80}" \
    "\"./greet.sh $name\"은 \"Hello, $name!\"를 찍어야 하는데 이렇게 나왔습니다: ${greeting:0:80}" ;;
  *Hello*) fail \
    "\"./greet.sh $name\" greets somebody else: use \$1 in the script for the given name." \
    "\"./greet.sh $name\"이 다른 사람에게 인사합니다. 스크립트의 \$1 자리에 건넨 이름이 들어갑니다." ;;
  *) fail \
    "\"./greet.sh $name\" should print \"Hello, $name!\": run it and read its output." \
    "\"./greet.sh $name\"은 \"Hello, $name!\"를 찍어야 합니다. 직접 실행해서 무엇이 나오는지 보세요." ;;
esac

say 'Well done: you have your own command and your own diary.' '반갑습니다! 나만의 명령어와 나만의 일기가 생겼습니다.'
