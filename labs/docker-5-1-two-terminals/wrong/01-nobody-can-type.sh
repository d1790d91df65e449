# The container runs, but without a terminal.
docker container run -d --name box ubuntu sleep infinity
