# Its old address was still free.
docker container restart -t 0 one
docker container run -d --name three ubuntu sleep infinity
