docker container stop -t 0 one
docker container run -d --name three ubuntu sleep infinity
docker container start one
