docker container run -d --name sleeper ubuntu sleep infinity
ls "$XDG_RUNTIME_DIR/docker/runtime-runc/moby" > ~/moby.txt
