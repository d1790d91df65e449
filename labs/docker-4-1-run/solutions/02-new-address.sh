docker container rm -f three > /dev/null 2>&1
docker container stop -t 0 one
docker container run -d --name three ubuntu sleep infinity
docker container start one
