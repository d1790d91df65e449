# A committed image, as in 6-1: it greets, but was not built from a Dockerfile.
mkdir -p ~/greeter
cd ~/greeter
printf '#!/bin/bash\necho "Hello, ${NAME:-world}!"\n' > greet.sh
chmod +x greet.sh
touch Dockerfile
docker container create --name by-hand ubuntu greet
docker container cp greet.sh by-hand:/usr/local/bin/greet
docker container commit by-hand greeter:1.0
