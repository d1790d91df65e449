# The list of containers has the beginning of the ID, the folder has all of it.
docker container run -d --name other ubuntu sleep infinity
docker container ls -q > ~/moby.txt
