# Works with "bash greet.sh", but not as a command.
cd ~/workshop
printf '#!/bin/bash\necho "Hello, $1!"\n' > greet.sh
echo 'A line.' > diary.txt
chmod go-rwx diary.txt
