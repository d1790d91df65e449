# It is up, with nobody who could type.
docker container run -d --name box ubuntu sleep infinity
