# A second container with a name that Docker generated.
docker container run hello-world
