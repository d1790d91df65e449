# The id of an ended container; no container is running.
docker container ls -aq --no-trunc --filter name=greeting > ~/moby.txt
