docker container run --name greeting hello-world
