# Nothing that runs is left, and everything that was made is.
docker container kill $(docker container ls -q)
