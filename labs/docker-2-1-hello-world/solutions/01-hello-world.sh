docker container run hello-world
