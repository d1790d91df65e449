# The image is there, a container too, and nothing has run.
docker container create hello-world
