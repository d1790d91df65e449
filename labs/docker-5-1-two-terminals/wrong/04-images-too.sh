# Also removes the image.
docker container rm -f $(docker container ls -aq)
docker image rm ubuntu
