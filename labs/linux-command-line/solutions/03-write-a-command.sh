cd ~/workshop
printf '#!/bin/bash\necho "Hello, $1!"\n' > greet.sh
chmod u+x greet.sh
echo 'Today I wrote a command of my own.' > diary.txt
chmod go-rwx diary.txt
