# The group can still read it.
cd ~/workshop
printf '#!/bin/bash\necho "Hello, $1!"\n' > greet.sh
chmod u+x greet.sh
echo 'A line.' > diary.txt
chmod o-rwx diary.txt
chmod g=r diary.txt
