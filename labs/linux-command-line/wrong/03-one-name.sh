# Always greets the name of the example.
cd ~/workshop
printf '#!/bin/bash\necho "Hello, Ada!"\n' > greet.sh
chmod u+x greet.sh
echo 'A line.' > diary.txt
chmod go-rwx diary.txt
