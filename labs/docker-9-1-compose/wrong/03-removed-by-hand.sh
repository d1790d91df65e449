# Only the containers are removed; the network stays.
docker container rm -f $(docker container ls -aq --filter label=com.docker.compose.service)
