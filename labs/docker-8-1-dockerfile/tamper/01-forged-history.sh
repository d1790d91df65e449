# An image that was never built, whose history says so: the container's own command becomes a line of it.
mkdir -p ~/greeter
cd ~/greeter
printf '#!/bin/bash\necho "Hello, ${NAME:-world}!"\n' > greet.sh
chmod +x greet.sh
printf 'FROM ubuntu\nCOPY nothing /\n' > Dockerfile
docker container create --name forged ubuntu COPY greet.sh in /
docker container cp greet.sh forged:/greet.sh
docker container commit --change 'CMD ["/greet.sh"]' forged greeter:1.0
docker container rm forged
