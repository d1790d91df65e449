docker image rm -f hello-world > /dev/null 2>&1
docker container run hello-world
