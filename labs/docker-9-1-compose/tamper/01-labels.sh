# Two unrelated containers with the labels of services.
docker container run -d --name false-clock --label com.docker.compose.service=clock ubuntu \
  bash -c 'mkdir /shared; date > /shared/now; sleep infinity'
docker container run -d --name false-reader --label com.docker.compose.service=reader ubuntu \
  bash -c 'mkdir /shared; date > /shared/now; while true; do date; sleep 1; done'
