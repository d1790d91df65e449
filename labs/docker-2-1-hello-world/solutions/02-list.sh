docker container rm -f greeting > /dev/null 2>&1
docker container run --name greeting hello-world
