# The id of a container that does not run, and nothing that does.
docker container ls -aq --no-trunc --filter name=greeting > ~/moby.txt
