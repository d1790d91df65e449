# The image and a container exist, but nothing has run.
docker container create hello-world
