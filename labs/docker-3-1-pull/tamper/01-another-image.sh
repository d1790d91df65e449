# Another image under the name.
docker image pull hello-world
docker image tag hello-world ubuntu
