# Only an empty line.
cd ~/workshop
printf '#!/bin/bash\necho "Hello, $1!"\n' > greet.sh
chmod u+x greet.sh
echo > diary.txt
chmod go-rwx diary.txt
