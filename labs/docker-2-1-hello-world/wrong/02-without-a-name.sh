# A second container, under a name that Docker made up.
docker container run hello-world
