# The containers are stopped, but not removed.
docker container kill $(docker container ls -q)
